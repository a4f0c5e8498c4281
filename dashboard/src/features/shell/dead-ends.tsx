import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { ApiError } from "~/api/error";
import { Button, ButtonLink } from "~/ui/button";
import { useTitle } from "~/ui/page";
import { Empty, Problem } from "~/ui/states";
import { common as t } from "~texts/common";

const place = "mx-auto grid max-w-2xl gap-4 p-6";

export function NotFound() {
  useTitle(t.notFound.title);
  return (
    <main id="content" tabIndex={-1} className={place}>
      <h1 className="sr-only">{t.notFound.title}</h1>
      <Empty title={t.notFound.title} action={<ButtonLink to="/">{t.home}</ButtonLink>}>
        {t.notFound.detail}
      </Empty>
    </main>
  );
}

/** A page that cannot be shown: because of an answer, or because of a bug of ours. */
export function Broken({ error }: ErrorComponentProps) {
  const router = useRouter();
  useTitle(t.unexpected.title);
  const known = error instanceof ApiError;
  return (
    <main id="content" tabIndex={-1} className={place}>
      <h1>{t.unexpected.title}</h1>
      {known ? (
        <Problem error={error} onRetry={() => router.invalidate()} />
      ) : (
        <Empty title={t.unexpected.title} action={<Button onClick={() => location.reload()}>{t.reload}</Button>}>
          {t.unexpected.detail}
        </Empty>
      )}
    </main>
  );
}
