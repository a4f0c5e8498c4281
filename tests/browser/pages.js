/** Every page there is, with an address at which it shows something. */
export async function pages(steward) {
  const { access_token: token } = await steward.call("POST", "/v1/sign-in", 200, {
    body: { email: steward.email, password: steward.password },
  });
  const { items } = await steward.call("GET", "/v1/findings", 200, { token });
  const withPeople = items.find((finding) => finding.people > 1);
  const withSeats = items.find((finding) => finding.people === 0);
  const someone = (await steward.call("GET", "/v1/people?status=not_used&limit=1", 200, { token })).items[0];
  const signedIn = [
    ["home", "/"],
    ["welcome", "/welcome"],
    ["connect", "/connect"],
    ["savings", "/savings"],
    ["savings-none", "/savings?show=unpriced"],
    ["finding-people", `/savings/${withPeople.finding}`],
    ["finding-seats", `/savings/${withSeats.finding}`],
    ["finding-gone", "/savings/fnd_1pystws0f79vtyhrjxjg7dj13n"],
    ["people", "/people"],
    ["people-none", "/people?search=nobody-is-called-so"],
    ["person", `/people/${someone.person}`],
    ["person-gone", "/people/00000000-0000-4000-8000-000000000000"],
    ["changes", "/changes"],
    ["change-gone", "/changes/fix_1pystws0f79vtyhrjxjg7dj13n"],
    ["licences", "/licences"],
    ["trends", "/trends"],
    ["activity", "/activity"],
    ["team", "/team"],
    ["account", "/account"],
    ["security", "/account/security"],
    ["devices", "/account/devices"],
    ["connection", "/settings/connection"],
    ["sign-in-rules", "/settings/sign-in"],
    ["keys", "/settings/keys"],
    ["company", "/settings/company"],
    ["checks", "/settings/checks"],
    ["exceptions", "/settings/exceptions"],
    ["access", "/settings/access"],
    ["access-none", "/settings/access?of=undos"],
    ["not-found", "/nothing/here"],
  ];
  const open = [
    ["sign-in", "/sign-in"],
    ["sign-up", "/sign-up"],
    ["verify", "/verify#token=svt_x"],
    ["reset-password", "/reset-password"],
    ["new-password", "/reset-password#token=spt_x"],
    ["confirm-email", "/confirm-email#token=sct_x"],
    ["undo-email-change", "/undo-email-change#token=sut_x"],
    ["invitation-used", "/invitation#token=sit_x"],
    ["incomplete-link", "/verify"],
  ];
  const all = (list, signedIn) => list.map(([name, path]) => ({ name, path, signedIn }));
  return [...all(signedIn, true), ...all(open, false)];
}
