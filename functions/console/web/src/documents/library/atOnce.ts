/** Does the work for each item, a few at a time. The items whose work failed, each with its error. */
export async function atOnce<Item>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<unknown>,
): Promise<{ item: Item; error: Error }[]> {
  const failed: { item: Item; error: Error }[] = [];
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      const mine = item;
      await work(mine).catch((error: Error) => failed.push({ item: mine, error }));
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return failed;
}
