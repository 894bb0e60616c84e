/** The far end in a process of its own, told what to do by `link.ts`. */
import { createNodePlatform } from './link-node.ts'
import { openParty, type Party, type Way } from './link-party.ts'

export type Command =
  | { readonly type: 'open'; readonly way: Way }
  | { readonly type: 'signal'; readonly text: string }
  | { readonly type: 'bulk'; readonly on: boolean }
  | { readonly type: 'received' }
  | { readonly type: 'close' }

const platform = createNodePlatform()
let party: Party | undefined

process.on('message', (command: Command) => {
  switch (command.type) {
    case 'open':
      party = openParty(platform, command.way, false, {
        ownSockets: true,
        onSignal: (text) => process.send?.({ type: 'signal', text }),
        onUp: () => process.send?.({ type: 'up' }),
        onPong: () => {},
      })
      break
    case 'signal':
      party?.signal(command.text)
      break
    case 'bulk':
      party?.bulk(command.on)
      break
    case 'received':
      process.send?.({ type: 'received', bytes: party?.received() ?? 0 })
      break
    case 'close':
      party?.close()
      break
  }
})
process.send?.({ type: 'ready' })
