import { mapSituations } from '@kith/peer/testing/fake-fixtures'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { violations } from '../testing/axe.ts'
import { openApp, until, type OpenApp } from '../testing/open-app.tsx'

let app: OpenApp

afterEach(() => app.close())

const dialog = (name: string | RegExp) => page.getByRole('dialog', { name })
const person = (name: string) =>
  page.getByRole('group', { name: /^Picture of/ }).getByRole('button', { name: new RegExp(`^${name}\\b`) })

async function openMap(): Promise<void> {
  await userEvent.click(page.getByRole('button', { name: 'Map of the room' }).first())
  await until(() => document.querySelector('.map-person') !== null, 'the map is drawn')
}

const attributes = (selector: string, attribute: string): string[] =>
  [...document.querySelectorAll<HTMLElement>(selector)].map((element) => element.dataset[attribute] ?? '').sort()

describe('the map', () => {
  it.each(mapSituations)('%s: picture and list have the same pairs, and each gap is seen and said', async (name) => {
    app = await openApp(name)
    await openMap()
    const map = await app.room.map()
    const drawn = attributes('.map-link', 'pair')
    const gaps = attributes('.map-gap', 'gap')
    expect(document.querySelectorAll('.map-person')).toHaveLength(map.nodes.length)
    expect(drawn).toHaveLength(map.links.length)
    for (const [a, b] of map.gaps) expect(gaps.some((gap) => gap.includes(a) && gap.includes(b))).toBe(true)
    const words = [...document.querySelectorAll('.map-gap-word')].map((word) => word.textContent)
    expect(words).toEqual(gaps.map(() => 'no link'))
    expect(document.querySelectorAll('.map-link.through')).toHaveLength(
      map.links.filter(({ path }) => path === 'through').length,
    )

    await userEvent.click(page.getByRole('radio', { name: 'List' }))
    const listed = attributes('.pairs tr[data-pair]', 'pair')
    expect(listed).toEqual([...new Set([...drawn, ...gaps])].sort())
    expect(attributes('.pairs tr.gap', 'pair')).toEqual(gaps)
    for (const row of document.querySelectorAll('.pairs tr.gap'))
      expect(row.textContent).toMatch(/No link|no direct link/)
  })

  it('says how many there are beyond those drawn', async () => {
    app = await openApp('map2000')
    await openMap()
    await expect.element(page.getByText('2,000 here · 60 near you drawn')).toBeVisible()
    await expect.element(page.getByText('and 1,940 more')).toBeVisible()
  })

  it('marks roots, speakers, those in the background, and shows the trees on request', async () => {
    app = await openApp('map40')
    await openMap()
    const map = await app.room.map()
    expect(document.querySelectorAll('.map-root')).toHaveLength(4)
    expect(document.querySelectorAll('.map-root.hot')).toHaveLength(1)
    expect(document.querySelectorAll('.map-person.hidden')).toHaveLength(
      map.nodes.filter(({ hidden }) => hidden).length,
    )
    expect(document.querySelectorAll('.map-tree')).toHaveLength(0)
    const toggle = page.getByRole('button', { name: 'Trees' })
    await userEvent.click(toggle)
    await expect.element(toggle).toHaveAttribute('aria-pressed', 'true')
    const edges = new Set(
      map.trees.flatMap(({ parent, children }) => [
        ...(parent === undefined ? [] : [`from ${parent}`]),
        ...children.map((child) => `to ${child}`),
      ]),
    )
    expect(document.querySelectorAll('.map-tree')).toHaveLength(edges.size)
    await expect.element(page.getByText(/Tree 2 from .*, 2 links away, comes to you from/)).toBeVisible()
    await expect.element(page.getByText(/Tree of a speaker from/)).toBeVisible()
  })

  it('tells of one person what concerns them, and leads to how they are reached', async () => {
    app = await openApp('map8')
    await openMap()
    await userEvent.click(person('Mara'))
    const card = page.getByRole('region', { name: 'Mara' })
    await expect.element(card.getByText('Carries sealed frames between You and Priya')).toBeVisible()
    await expect.element(card.getByText(/^Linked with 7: /)).toBeVisible()
    await userEvent.click(person('Priya'))
    await expect.element(page.getByText('Through Mara · 120 ms')).toBeVisible()
    const ask = page.getByRole('button', { name: 'How do I reach Priya?' })
    await userEvent.click(ask)
    await expect.element(dialog('How do I reach Priya?').getByText(/Mara carries what you and Priya say/)).toBeVisible()
    await userEvent.keyboard('{Escape}')
    await until(() => document.activeElement?.textContent === 'How do I reach Priya?', 'the button has the focus again')
    await expect.element(dialog('Map')).toBeVisible()
  })

  it('is walked through with the arrow keys, in and out with Tab', async () => {
    app = await openApp('map8')
    const ring = page.getByRole('button', { name: 'Map of the room' }).first().element() as HTMLElement
    ring.focus()
    await userEvent.keyboard('{Enter}')
    await until(() => document.querySelector('.map-person') !== null, 'the map is drawn')
    const focused = (): string | undefined => (document.activeElement as HTMLElement | null)?.dataset['session']
    for (let i = 0; i < 6 && focused() === undefined; i++) await userEvent.keyboard('{Tab}')
    const map = await app.room.map()
    expect(focused()).toBe(map.self)
    await userEvent.keyboard('{ArrowUp}')
    expect(focused()).not.toBe(map.self)
    const session = focused()
    await userEvent.keyboard('{Enter}')
    expect(document.querySelector('.map-person[aria-pressed="true"]')).toBe(
      document.querySelector(`.map-person[data-session="${session}"]`),
    )
    await userEvent.keyboard('{Tab}')
    expect(document.activeElement?.closest('.map-stage')).toBeNull()
    await userEvent.keyboard('{Escape}')
    await until(() => document.activeElement === ring, 'the ring has the focus again')
  })

  it('follows what changes while it is open', async () => {
    app = await openApp('map2')
    await openMap()
    app.room.setPerson({ name: 'Newcomer', path: 'relay' })
    await until(() => document.querySelectorAll('.map-person').length === 3, 'the newcomer is drawn', 6000)
    expect(document.querySelectorAll('.map-link.relay')).toHaveLength(1)
  })

  it('has an outline while it is fetched, and a way on when it is not to be had', async () => {
    app = await openApp('mapLoading')
    await userEvent.click(page.getByRole('button', { name: 'Map of the room' }).first())
    await expect.element(page.getByText('Drawing who is linked with whom…')).toBeVisible()
    app.close()
    app = await openApp('mapFailing')
    await userEvent.click(page.getByRole('button', { name: 'Map of the room' }).first())
    await expect.element(page.getByRole('alert')).toHaveTextContent(/no map right now/)
    await expect.element(page.getByRole('button', { name: 'Try again' })).toBeVisible()
  })

  it('fits a phone', async () => {
    app = await openApp('map16', { size: 'phone' })
    await openMap()
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390)
    for (const name of document.querySelectorAll('.map-name')) {
      const { left, right } = name.getBoundingClientRect()
      expect(left).toBeGreaterThanOrEqual(0)
      expect(right).toBeLessThanOrEqual(390)
    }
  })

  it.each(['map8', 'map40'] as const)('%s: axe finds nothing, in picture, list and reach report', async (name) => {
    app = await openApp(name)
    await openMap()
    const check = async (): Promise<void> => expect(await violations('dialog')).toEqual([])
    await check()
    await userEvent.click(page.getByRole('radio', { name: 'List' }))
    await check()
    await userEvent.click(dialog('Map').getByRole('button', { name: 'Mara' }).first())
    await userEvent.click(page.getByRole('button', { name: 'How do I reach Mara?' }))
    await until(() => document.querySelector('.reach') !== null, 'the report is there')
    await check()
  })
})

describe('how somebody is reached', () => {
  it('opens from the people, says what was tried, what stops, and what helps', async () => {
    app = await openApp('mapBlocked')
    await userEvent.click(page.getByTitle('People and paths'))
    await userEvent.click(page.getByRole('button', { name: /why can’t I reach Tomás\?$/ }))
    const why = dialog('Why can’t I reach Tomás?')
    await expect.element(why.getByText(/cannot be reached right now/)).toBeVisible()
    await expect.element(why.getByText('The connection opened, but the handshake on it failed.')).toBeVisible()
    await expect.element(why.getByText(/failed 3 times · next try in 21 s · code timeout/)).toBeVisible()
    await expect.element(why.getByText(/One of your networks lets no direct connection through/)).toBeVisible()
    await userEvent.keyboard('{Escape}')
    await userEvent.click(page.getByRole('button', { name: /how do I reach Aiko\?$/ }))
    await expect.element(dialog(/Aiko/).getByText('Their clock is 3 min ahead.')).toBeVisible()
    await expect.element(dialog(/Aiko/).getByText(/Tell them that their clock is off/)).toBeVisible()
  })

  it('says of somebody who is away that they are', async () => {
    app = await openApp('full')
    await userEvent.click(page.getByTitle('People and paths'))
    await userEvent.click(page.getByRole('button', { name: /why can’t I reach Wren\?$/ }))
    await expect.element(dialog(/Wren/).getByText(/nowhere is a Kith of theirs open/)).toBeVisible()
    await expect.element(dialog(/Wren/).getByText(/Ask them to open the room/)).toBeVisible()
  })

  it('copies exactly what it shows, and that names nobody', async () => {
    app = await openApp('map8')
    const copied: string[] = []
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(async (text) => void copied.push(text))
    await openMap()
    await userEvent.click(person('Priya'))
    await userEvent.click(page.getByRole('button', { name: 'How do I reach Priya?' }))
    await userEvent.click(page.getByText('A report to give away'))
    const shown = page.getByRole('textbox', { name: 'A report to give away' })
    await userEvent.click(page.getByRole('button', { name: 'Copy report' }))
    await expect.element(page.getByRole('button', { name: 'Report copied' })).toBeVisible()
    expect(copied).toEqual([(shown.element() as HTMLTextAreaElement).value])
    const map = await app.room.map()
    for (const { name, session, author } of map.nodes)
      for (const secret of [name, session.slice(0, 8), author.slice(0, 8)]) expect(copied[0]).not.toContain(secret)
    expect(copied[0]).toMatch(/^A: kith 0\.1\.0, Chromium \d+ on \w+$/m)
    write.mockRejectedValue(new Error('not allowed'))
    await userEvent.click(page.getByRole('button', { name: /Copy report|Report copied/ }))
    await expect.element(page.getByText(/The text is selected/)).toBeVisible()
    write.mockRestore()
  })
})
