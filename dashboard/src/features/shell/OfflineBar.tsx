import { useSyncExternalStore } from "react";
import { common as t } from "~texts/common";

function listen(listener: () => void): () => void {
  addEventListener("online", listener);
  addEventListener("offline", listener);
  return () => {
    removeEventListener("online", listener);
    removeEventListener("offline", listener);
  };
}

export function OfflineBar() {
  const online = useSyncExternalStore(listen, () => navigator.onLine);
  return (
    <div role="status">
      {!online && <p className="border-warn border-b bg-warn-tint px-4 py-2 text-center">{t.offline}</p>}
    </div>
  );
}
