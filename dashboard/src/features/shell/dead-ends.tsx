import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { ApiError } from "~/api/error";
import { mayLoadAgain } from "~/lib/gone";
import { Button, ButtonLink } from "~/ui/button";
import { useTitle } from "~/ui/page";
import { Problem, Skeleton } from "~/ui/states";
import { common as t } from "~texts/common";
import { Closed, isClosed } from "./Closed";
import { DeadEnd, PLACE } from "./DeadEnd";

export function NotFound() {
  return (
    <DeadEnd title={t.notFound.title}>
      <p className="text-dim">{t.notFound.detail}</p>
      <div>
        <ButtonLink to="/">{t.home}</ButtonLink>
      </div>
    </DeadEnd>
  );
}

/** A page that cannot be shown: because of an answer, because of a bug of ours, or because its file is gone. */
export function Broken({ error }: ErrorComponentProps) {
  const router = useRouter();
  const [again, loadAgain] = useState(false);
  useTitle(t.unexpected.title);
  useEffect(() => {
    if (!mayLoadAgain(error)) return;
    loadAgain(true);
    location.reload();
  }, [error]);
  if (again) return <Skeleton />;
  if (isClosed(error)) return <Closed error={error} />;
  const known = error instanceof ApiError;
  const home = <ButtonLink to="/">{t.home}</ButtonLink>;
  return (
    <main id="content" tabIndex={-1} className={PLACE}>
      <h1>{t.unexpected.title}</h1>
      {known ? (
        <Problem error={error} onRetry={() => router.invalidate()}>
          {home}
        </Problem>
      ) : (
        <>
          <p className="text-dim">{t.unexpected.detail}</p>
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => location.reload()}>{t.reload}</Button>
            {home}
          </div>
        </>
      )}
    </main>
  );
}
