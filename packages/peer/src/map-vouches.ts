/** Who answers for whom, among the people of a map: the edges of a members room beside its links. Pure. */
import type { MapNode } from '@kith/protocol'
import type { Person } from './chat.ts'
import type { VouchMethod } from './members-state.ts'

export interface MapVouch {
  readonly by: MapNode
  readonly for: MapNode
  readonly method: VouchMethod
}

/** In the order of `people`; nothing in an open room. Of somebody with several programs the first of the map stands for them. */
export function vouchesOn(nodes: readonly MapNode[], people: readonly Person[]): readonly MapVouch[] {
  const nodeByAuthor = new Map<string, MapNode>()
  for (const node of nodes) if (!nodeByAuthor.has(node.author)) nodeByAuthor.set(node.author, node)
  return people.flatMap(({ id, membership }) => {
    const subject = nodeByAuthor.get(id)
    if (subject === undefined || membership === undefined) return []
    return membership.vouches.flatMap(({ by: who, method }) => {
      const by = nodeByAuthor.get(who)
      return by === undefined || by === subject ? [] : [{ by, for: subject, method }]
    })
  })
}
