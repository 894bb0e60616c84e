import { describe, expect, it } from 'vitest'
import { noContacts, noIdentity } from '../identity-state.ts'
import { defaultNotifying } from '../news.ts'
import { Shown } from './tabs-shown.ts'
import type { ChatHead } from './tabs-wire.ts'

const head: ChatHead = {
  settings: { name: 'Robin', relayOnly: false, lockAfter: 15, fileLimit: 0, notifying: defaultNotifying },
  roomIds: [],
  ready: true,
  atRest: 'key',
  passkey: undefined,
  storedBytes: undefined,
  files: undefined,
  kept: undefined,
  identity: noIdentity,
  contacts: noContacts,
}

describe('what a tab shows', () => {
  it('TAB3 tells when who somebody is or whom one keeps changed, and nothing else did; the same again is not told', async () => {
    const shown = new Shown({ issue: async () => undefined, cast: () => {} })
    shown.show(head, () => undefined)
    await Promise.resolve()
    const before = shown.state
    let told = 0
    shown.subscribe(() => told++)
    const identity = {
      ...noIdentity,
      devices: { ...noIdentity.devices, linking: { phase: 'looking', until: 1 } as const },
    }
    shown.show({ ...head, identity }, () => undefined)
    await Promise.resolve()
    expect(shown.state.identity.devices.linking?.phase).toBe('looking')
    const shownIdentity = shown.state.identity
    const requests = [{ room: 'r', who: 'w', name: 'Mara' }]
    shown.show({ ...head, identity, contacts: { ...noContacts, requests } }, () => undefined)
    await Promise.resolve()
    expect(shown.state.contacts.requests).toEqual(requests)
    expect(shown.state.identity).toBe(shownIdentity)
    expect(told).toBe(2)
    const now = shown.state
    shown.show(structuredClone({ ...head, identity, contacts: { ...noContacts, requests } }), () => undefined)
    await Promise.resolve()
    expect(shown.state).toBe(now)
    expect(shown.state).not.toBe(before)
    expect(told).toBe(2)
  })
})
