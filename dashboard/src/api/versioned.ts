/** What was read, with the version that a change of it names in `If-Match`. */
export interface Versioned<Value> {
  value: Value;
  version: string;
}

/** Of an answer with an `ETag`; every one has it that is changed by `If-Match`. */
export const versioned = <Value>({ data, response }: { data: Value; response: Response }): Versioned<Value> => ({
  value: data,
  version: response.headers.get("etag") ?? "*",
});
