/** What people do in members rooms, in a page and in a terminal. */
import type { Locator } from 'playwright'
import type { Person } from './browser.ts'
import type { Terminal } from './programs.ts'
import { until } from './waiting.ts'

/** Lines of `--json` about members rooms, as far as tests look at them. */
export interface MembersLine {
  readonly type: string
  readonly link?: string
  readonly text?: string
  readonly pin?: string | null
  readonly name?: string
  readonly phase?: string
  readonly state?: string
  readonly wrong?: number | null
  readonly have?: number | null
  readonly need?: number | null
  readonly standing?: string | null
  readonly people?: readonly {
    readonly name: string
    readonly verification?: string
    readonly claim?: string | null
  }[]
  readonly removed?: readonly { readonly name: string }[]
}

export function newest(terminal: Terminal, matches: (line: MembersLine) => boolean): MembersLine | undefined {
  return (terminal.lines as readonly MembersLine[]).findLast(matches)
}

export function command(terminal: Terminal, text: string): void {
  terminal.write({ type: 'command', text })
}

/** In a terminal: makes an invite and gives its link. */
export async function inviteFrom(terminal: Terminal, options = ''): Promise<string> {
  const before = terminal.lines.length
  command(terminal, `invite ${options}`)
  const made = (): string | undefined =>
    (terminal.lines.slice(before) as readonly MembersLine[]).find(({ type }) => type === 'invite')?.link
  return until('an invite', 20_000, made)
}

/** In a terminal: the PIN to tell whoever is called so. */
export function pinFor(terminal: Terminal, name: string): Promise<string> {
  return until(`a PIN for ${name}`, 60_000, () => {
    const line = newest(terminal, (each) => each.type === 'newcomer' && each.name === name)
    return line?.pin ?? undefined
  })
}

export function phaseOf(terminal: Terminal): MembersLine | undefined {
  return newest(terminal, ({ type }) => type === 'entering')
}

export async function untilIn(terminal: Terminal, who: string): Promise<void> {
  await until(`${who} to be in`, 60_000, () => phaseOf(terminal)?.phase === 'in')
}

/** What `members` answers now. */
export async function membersOf(terminal: Terminal): Promise<MembersLine> {
  const before = terminal.lines.length
  terminal.write({ type: 'members' })
  return until('the members', 20_000, () =>
    (terminal.lines.slice(before) as readonly MembersLine[]).find(({ type }) => type === 'members'),
  )
}

export async function namesIn(terminal: Terminal): Promise<readonly string[]> {
  const { people } = await membersOf(terminal)
  return (people ?? []).map(({ name }) => name).toSorted()
}

/** Every message a terminal shows now, which may be fewer than it showed before. */
export async function shownIn(terminal: Terminal): Promise<readonly string[]> {
  const before = terminal.lines.length
  terminal.write({ type: 'history' })
  await membersOf(terminal)
  return terminal.lines.slice(before).flatMap((line) => (line.type === 'message' ? [line.text] : []))
}

/** In a page: makes a members room. */
export async function foundRoom(person: Person, origin: string): Promise<void> {
  const { page, name } = person
  await page.goto(origin)
  await page.getByLabel('Your name').fill(name)
  await page.getByRole('radio', { name: 'Members room' }).check()
  await page.getByRole('main').getByRole('button', { name: 'New room' }).click()
  await person.composer().waitFor()
}

/** In a page: makes an invite and gives its link. */
export async function inviteIn({ page }: Person, asksPin = true): Promise<string> {
  await page.locator('.room-head').getByRole('button', { name: 'Invite' }).click()
  const dialog = page.getByRole('dialog', { name: 'Invite somebody' })
  const another = dialog.getByRole('button', { name: 'Make another' })
  const make = dialog.getByRole('button', { name: 'Make the invite' })
  await another.or(make).first().waitFor()
  if (await another.isVisible()) await another.click()
  await dialog.getByRole('switch', { name: 'Ask for a PIN' }).setChecked(asksPin)
  await make.click()
  const link = await dialog.getByLabel('Link of this room').inputValue()
  await dialog.getByRole('button', { name: 'Close' }).click()
  return link
}

/** In a page: the PIN to tell whoever is called so. */
export async function pinShown({ page }: Person): Promise<string> {
  const label = await page.getByRole('img', { name: /^PIN \d/u }).getAttribute('aria-label', { timeout: 60_000 })
  return (label ?? '').replaceAll(/\D/gu, '')
}

/** In a page: comes by an invite and knocks. */
export async function knock({ page, name }: Person, invite: string): Promise<void> {
  await page.goto(invite)
  await page.getByLabel('Your name').fill(name)
  await page.getByRole('button', { name: 'Knock' }).click()
}

export async function enterPin(person: Person, pin: string): Promise<void> {
  const { page } = person
  const field = page.getByLabel('PIN, six digits')
  await field.waitFor({ timeout: 60_000 })
  await field.fill(pin)
  await page.keyboard.press('Enter')
  await person.composer().waitFor({ timeout: 60_000 })
}

/** In a page: opens what there is to know and do about somebody. */
export async function about({ page }: Person, name: string): Promise<Locator> {
  const button = page.getByTitle('People and paths')
  if ((await button.getAttribute('aria-expanded')) !== 'true') await button.click()
  await page.getByRole('button', { name: `About ${name}` }).click()
  const dialog = page.getByRole('dialog', { name: `About ${name}` })
  await dialog.waitFor()
  return dialog
}
