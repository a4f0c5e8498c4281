import { useNavigate } from "@tanstack/react-router";
import { forget, keep, kept } from "~/lib/kept";
import { Button } from "~/ui/button";
import { deciding } from "~texts/deciding";
import { QUEUE } from "./decide";

/** On to the next fix of those chosen in the list of savings. */
export function NextOfQueue() {
  const navigate = useNavigate();
  const [next, ...rest] = kept<string[]>(QUEUE) ?? [];
  if (!next) return null;
  const go = () => {
    if (rest.length > 0) keep(QUEUE, rest);
    else forget(QUEUE);
    navigate({ to: "/savings/$finding", params: { finding: next }, search: { preview: "advised" } });
  };
  return <Button onClick={go}>{deciding.bulk.next(rest.length + 1)}</Button>;
}
