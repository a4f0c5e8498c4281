/** What a manager is asked about somebody's licences. */
export const attestation = {
  title: (name: string) => `Does ${name} still need this?`,
  lead: (company: string) => `${company} pays for these licences and asks you.`,
  answers: {
    still_needed: "Still needed",
    not_needed: "Not needed",
    ask_later: "Ask me later",
  },
  thanks: "Your answer is noted.",
  until: (day: string) => `You can change your answer until ${day}.`,
};
