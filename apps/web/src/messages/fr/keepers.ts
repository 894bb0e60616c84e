/** Les mots sur les gardiens en français. */
import { formats } from '../format.ts'
import type { KeepersMessages } from '../keepers-en.ts'

const { number, plural } = formats('fr')

export const keepersFr: KeepersMessages = {
  title: 'Gardiens',
  here: (blind, reading) => {
    if (blind + reading === 0) return 'Aucun gardien n’est ici.'
    const said = plural(blind + reading, { one: '# gardien est ici', other: '# gardiens sont ici' })
    if (reading === 0)
      return plural(blind, { one: `${said} et ne peut pas lire.`, other: `${said} et ne peuvent pas lire.` })
    return `${said} ; ${plural(reading, { one: '# a reçu le lien et peut lire.', other: '# ont reçu le lien et peuvent lire.' })}`
  },
  fromKeepers: (have, gaps) =>
    gaps === 0
      ? `Personne d’autre n’est ici : ce que tu lis vient de gardiens. ${plural(have, { one: '# entrée', other: '# entrées' })}, et rien ne manque des heures qu’ils conservent.`
      : `Personne d’autre n’est ici : ce que tu lis vient de gardiens, et ${plural(gaps, { one: 'une partie manque', other: `${number(gaps)} parties manquent` })} encore.`,
  lead: 'Un gardien est un programme sur une machine qui reste allumée. Il conserve les dernières heures de ce salon, messages et fichiers, pour qui vient quand personne n’est là.',
  sees: 'Il voit quand quelqu’un est ici, sous quel nom et de quelle adresse, et combien se dit.',
  seesNot: 'Il ne peut lire ni messages, ni fichiers, ni leurs noms, et ne reçoit aucune clé. Qui le tient non plus.',
  make: 'Faire un ticket',
  show: 'Montrer comment',
  how: 'Lance ceci là-bas. Il faut Node 20 ou plus récent, et rien d’autre.',
  command: 'Commande qui lance un gardien de ce salon',
  copy: 'Copier la commande',
  copied: 'Commande copiée',
  selectIt: 'Copier n’est pas permis ici. La commande est sélectionnée : appuie sur Ctrl+C.',
  care: 'Donne-le seulement à qui tient le gardien : qui l’a peut trouver ce salon et voir qui est ici.',
  lasts: 'Dans un salon ouvert, on ne peut pas le reprendre.',
  given: 'Tickets faits',
  by: (name) => `fait par ${name}`,
  yours: 'fait par toi',
  revoke: 'Reprendre',
  revokeHint: 'Les gardiens qui l’ont reçu sont renvoyés, et le salon se retrouve ailleurs.',
  failed: 'Aucun ticket n’a été fait. Réessaie dans un instant.',
}
