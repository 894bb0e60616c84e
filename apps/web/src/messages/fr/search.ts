/** Les mots de la recherche en français. */
import { formats } from '../format.ts'
import type { SearchMessages } from '../search-en.ts'

const { plural } = formats('fr')

export const searchFr: SearchMessages = {
  title: 'Chercher dans ce salon',
  label: 'Mots à chercher',
  placeholder: 'Des mots, un nom, un fichier',
  hint: 'On cherche seulement sur cet appareil. Personne n’est interrogé, et personne ne l’apprend.',
  looking: 'Recherche…',
  none: (query) => `Rien ici ne dit « ${query} ».`,
  noneMissing: 'Certains messages de ce salon ne sont pas encore sur cet appareil. Réessaie quand ils seront là.',
  found: (count) => plural(count, { one: '# message', other: '# messages' }),
  foundMore: (count) =>
    plural(count, { one: '# message, et peut-être plus', other: 'Les # messages les plus récents' }),
  more: 'Chercher plus loin',
}
