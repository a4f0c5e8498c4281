import { count } from "~/lib/format";

export const licences = {
  title: "Licences",
  lead: "What you bought, what is used, and what it costs. Prices are Microsoft's public list prices without VAT.",
  caption: "Licence types with their numbers and prices",
  product: "Licence type",
  bought: "Bought",
  assigned: "Assigned",
  unused: "Unused",
  price: "Price a month",
  renews: "Renews",
  unknownPrice: "not known",
  unknownProduct: "Microsoft has no name for it",
  asOf: (source: string, on: string) => `${source}, ${on}`,
  trial: "trial",
  reseller: "through a reseller",
  noDate: "not told",
  renewal: (seats: number, on: string) => `${count(seats, "licence", "licences")} on ${on}`,
  free: (n: number) => `${count(n, "licence type", "licence types")} without a charge`,
  freeCaption: "Licence types without a charge",
  none: "No licences found.",
  noneLead: "Your Microsoft 365 has none.",
};
