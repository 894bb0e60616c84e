/** Whether anybody was here before, in this profile of the browser. */

export const storeName = 'kith'

/** A browser that does not tell is taken for one that knows its person: what is stored is then waited for. */
export async function wasHere(): Promise<boolean> {
  try {
    return (await indexedDB.databases()).some(({ name }) => name === storeName)
  } catch {
    return true
  }
}
