/** The twelve words (BIP 39, English) of a person's root. The word list is loaded when somebody looks at theirs. */
import { identityRootBytes } from '@kith/protocol'

export async function rootToPhrase(root: Uint8Array): Promise<string> {
  const [{ entropyToMnemonic }, { wordlist }] = await loaded()
  return entropyToMnemonic(root, wordlist)
}

/** Undefined when a word is not in the list or the words do not belong together. */
export async function phraseToRoot(phrase: string): Promise<Uint8Array | undefined> {
  const [{ mnemonicToEntropy }, { wordlist }] = await loaded()
  const words = phrase
    .normalize('NFKD')
    .toLowerCase()
    .trim()
    .split(/[\s,.]+/u)
  try {
    const root = mnemonicToEntropy(words.join(' '), wordlist)
    return root.length === identityRootBytes ? root : undefined
  } catch {
    return undefined
  }
}

function loaded() {
  return Promise.all([import('@scure/bip39'), import('@scure/bip39/wordlists/english.js')])
}
