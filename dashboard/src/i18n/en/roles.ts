const ours: Record<string, string> = {
  owner: "Owner",
  admin: "Administrator",
  developer: "Developer",
  member: "Member",
  read_only: "Viewer",
};

/** What a role is called: those of ours in the reader's words, those of the company as it named them. */
export const roleName = (role: string, name: string): string => ours[role] ?? name;
