import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { forget, keep, kept } from "~/lib/kept";
import { Button } from "~/ui/button";
import { deciding } from "~texts/deciding";
import { QUEUE } from "./decide";

/** On to the next fix of those chosen in the list of savings, or no further. */
export function NextOfQueue() {
  const navigate = useNavigate();
  const [[next, ...rest], setQueue] = useState(() => kept<string[]>(QUEUE) ?? []);
  if (!next) return null;
  const leave = (queue: string[]) => {
    if (queue.length > 0) keep(QUEUE, queue);
    else forget(QUEUE);
    setQueue(queue);
  };
  const go = () => {
    leave(rest);
    navigate({ to: "/savings/$finding", params: { finding: next }, search: { preview: "advised" } });
  };
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button look="quiet" onClick={() => leave([])}>
        {deciding.bulk.stop}
      </Button>
      <Button onClick={go}>{deciding.bulk.next(rest.length + 1)}</Button>
    </div>
  );
}
