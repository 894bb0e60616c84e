/**
 * The same app over the fake chat, for screenshots and page tests: `fixtures.html?situation=full&theme=dark`. Not part of
 * the production build.
 */
import { fakeChat, isSituation } from '@kith/peer/testing/fake-fixtures'
import type { FakeChat } from '@kith/peer/testing/fake-chat'
import { mount } from './app/mount.tsx'

declare global {
  interface Window {
    kithFake?: FakeChat
  }
}

const wanted = new URLSearchParams(window.location.search).get('situation') ?? 'full'
const chat = fakeChat(isSituation(wanted) ? wanted : 'full', { paceMs: 300 })
window.kithFake = chat

const element = document.getElementById('kith')
if (element === null) throw new Error('fixtures.html has no element #kith')
await mount(element, chat, 'https://kith.example')
