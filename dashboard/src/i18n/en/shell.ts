export const shell = {
  nav: "Pages",
  menu: "Menu",
  home: "Home",
  savings: "Savings",
  people: "People",
  licences: "Licences",
  trends: "Trends",
  changes: "Changes",
  settings: "Settings",
  you: "You",
  signOut: "Sign out",
  find: {
    open: "Go to",
    label: "A page, or something to do",
    people: (typed: string) => `Find “${typed}” among people`,
    none: "Nothing is called that.",
  },
  switchTo: (company: string) => `Go to ${company}`,
  nowIn: (company: string) => `You are in ${company} now.`,
  /** A mail's link that leads nowhere with this account. */
  link: {
    notYours: {
      title: "You are not in the company this link is about",
      detail:
        "Sign in with the account that got the mail. If that is this one, you are no longer a member there: ask an owner of the company.",
    },
    closed: {
      title: "The company this link is about is not open",
      detail: "It is suspended or was ended. Ask an owner of the company.",
    },
    secondFactor: {
      title: "The company this link is about asks for two-step sign-in",
      detail: "Set it up in Settings, under How you sign in. Then sign in again, and this link works.",
    },
    signIn: "Sign in again",
  },
  addCompany: "Add a company",
  sample: "Sample data",
  sampleLead: "The company and its people are made up. Nothing you do here costs anything.",
  secondFactor: (day: string) => `Your company asks everybody for two-step sign-in, from ${day}.`,
  setUp: "Set it up",
  until: (day: string) => `That is so until ${day}.`,
  closed: "This company's account is not open",
  closedThere: "That company is suspended or was ended.",
  elsewhere: "If you are in another company too, sign out and in again: you come to the first that is open.",
};
