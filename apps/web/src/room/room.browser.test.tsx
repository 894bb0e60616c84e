import { afterEach, describe, expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { approach, log, openApp, openPage, rowOf, rows, settled, type OpenApp, until } from '../testing/open-app.tsx'

let app: OpenApp

afterEach(() => app.close())

const field = () => page.getByRole('textbox', { name: /^Message to/ })
const lastRow = (): HTMLElement => {
  const row = rows().at(-1)
  if (row === undefined) throw new Error('no rows')
  return row
}

async function sendText(text: string): Promise<string> {
  await userEvent.fill(field(), text)
  await userEvent.keyboard('{Enter}')
  const { timeline } = app.room
  await until(() => lastRow().dataset['id'] === timeline.at(app.room.timeline.length - 1).id, 'the message is shown')
  return app.room.timeline.at(app.room.timeline.length - 1).id
}

describe('writing', () => {
  it('sends with Enter, makes a line with Shift+Enter, and empties the field', async () => {
    app = await openApp('full')
    await userEvent.click(field())
    await userEvent.keyboard('one{Shift>}{Enter}{/Shift}two{Enter}')
    await until(() => lastRow().textContent.includes('one'), 'the message is shown')
    const newest = app.room.timeline.at(app.room.timeline.length - 1)
    expect(newest).toMatchObject({ text: 'one\ntwo', mine: true })
    expect(lastRow().querySelector('br')).not.toBeNull()
    await expect.element(field()).toHaveValue('')
    await expect.element(page.getByRole('button', { name: 'Record a voice message' })).toBeVisible()
  })

  it('says how far a message has come, in words on demand', async () => {
    app = await openApp('full', { paceMs: 500 })
    const id = await sendText('are you there')
    const mark = page.elementLocator(rowOf(id)).getByRole('button', { name: /How far/ })
    await expect.element(mark).toHaveAccessibleName(/Waiting/)
    await expect.element(mark).toHaveAccessibleName(/Stored by others/)
    await userEvent.click(mark)
    await expect.element(page.getByText('5 other people hold it.')).toBeVisible()
    await expect.element(page.getByText(/signed a receipt/)).toBeVisible()
  })

  it('answers a message, and the quote leads to it', async () => {
    app = await openApp('full')
    const target = lastRow().dataset['id'] ?? ''
    await approach(target)
    await userEvent.click(page.elementLocator(lastRow()).getByRole('button', { name: 'Reply' }))
    await expect.element(page.getByText('Replying to Robin')).toBeVisible()
    await userEvent.keyboard('of course{Enter}')
    await until(() => lastRow().textContent.includes('of course'), 'the answer is shown')
    expect(app.room.timeline.at(app.room.timeline.length - 1).replyTo).toBe(target)
    await userEvent.click(page.elementLocator(lastRow()).getByTitle(/Go to the message of Robin/))
    await until(() => document.activeElement === rowOf(target), 'the answered message has the focus')
  })

  it('edits the last own message with the up arrow, and gives the draft back', async () => {
    app = await openApp('full')
    const id = await sendText('frist')
    await userEvent.keyboard('{ArrowUp}')
    await expect.element(field()).toHaveValue('frist')
    await userEvent.fill(field(), 'first')
    await userEvent.keyboard('{Enter}')
    await until(() => rowOf(id).textContent.includes('first'), 'the change is shown')
    expect(rowOf(id).textContent).toContain('edited')
    await expect.element(field()).toHaveValue('')

    await userEvent.fill(field(), 'half a thought')
    app.room.setDraft('half a thought')
    await approach(id)
    await userEvent.click(page.elementLocator(rowOf(id)).getByRole('button', { name: 'Edit' }))
    await expect.element(field()).toHaveValue('first')
    await userEvent.keyboard('{Escape}')
    await expect.element(field()).toHaveValue('half a thought')
  })

  it('reacts, shows who did, and takes it back', async () => {
    app = await openApp('full')
    const id = app.room.timeline.at(app.room.timeline.length - 2).id
    await approach(id)
    await userEvent.click(page.elementLocator(rowOf(id)).getByRole('button', { name: 'React' }))
    await userEvent.click(page.getByRole('menuitem', { name: '🎉' }))
    const chip = page.elementLocator(rowOf(id)).getByRole('button', { name: '🎉 You' })
    await expect.element(chip).toHaveAttribute('aria-pressed', 'true')
    await userEvent.click(chip)
    await until(() => rowOf(id).querySelector('.reaction') === null, 'the reaction is gone')
  })

  it('finds any emoji by word', async () => {
    app = await openApp('full')
    await userEvent.click(page.getByRole('button', { name: 'Emoji' }))
    const search = page.getByPlaceholder('Find an emoji')
    await expect.element(search).toBeVisible()
    await userEvent.fill(search, 'avocado')
    await expect.element(page.getByText('🥑')).toBeVisible()
    await userEvent.keyboard('{Enter}')
    await expect.element(field()).toHaveValue('🥑')
  })

  it('deletes only after asking', async () => {
    app = await openApp('full')
    const id = await sendText('never mind')
    await approach(id)
    await userEvent.click(page.elementLocator(rowOf(id)).getByRole('button', { name: 'More' }))
    await userEvent.click(page.getByRole('menuitem', { name: 'Delete' }))
    const question = page.getByRole('dialog', { name: 'Delete this message?' })
    await expect.element(question).toBeVisible()
    await userEvent.keyboard('{Escape}')
    expect(app.room.timeline.at(app.room.timeline.length - 1).deleted).toBe(false)
    await approach(id)
    await userEvent.click(page.elementLocator(rowOf(id)).getByRole('button', { name: 'More' }))
    await userEvent.click(page.getByRole('menuitem', { name: 'Delete' }))
    await userEvent.click(question.getByRole('button', { name: 'Delete' }))
    await until(() => rowOf(id).textContent.includes('You deleted this message'), 'the mark of a deleted message')
  })

  it('gives a refused message back and says what to do', async () => {
    app = await openApp('failing')
    await userEvent.fill(field(), 'precious words')
    await userEvent.keyboard('{Enter}')
    await expect.element(page.getByRole('alert')).toHaveTextContent(/store of this browser is full/)
    await expect.element(field()).toHaveValue('precious words')
  })

  it('keeps a draft per room', async () => {
    app = await openApp('full')
    await userEvent.fill(field(), 'for the lake')
    await userEvent.click(page.getByRole('link', { name: /Band practice/ }))
    await expect.element(page.getByRole('heading', { name: 'Band practice', level: 1 })).toBeVisible()
    await expect.element(field()).toHaveValue('')
    await userEvent.click(page.getByRole('link', { name: /Lake weekend/ }))
    await expect.element(field()).toHaveValue('for the lake')
  })

  it('tells the room that one is writing, and that one stopped', async () => {
    app = await openApp('full')
    await userEvent.fill(field(), 'h')
    expect(app.room.typing).toBe(true)
    await userEvent.fill(field(), '')
    expect(app.room.typing).toBe(false)
  })
})

describe('the keyboard goes everywhere', () => {
  it('walks from the field to the messages, answers, and comes back', async () => {
    app = await openApp('full')
    await userEvent.click(field())
    await userEvent.keyboard('{Shift>}{Tab}{Tab}{/Shift}')
    expect(document.activeElement).toBe(lastRow())
    await userEvent.keyboard('{ArrowUp}{ArrowUp}')
    const { timeline } = app.room
    const wanted = timeline.at(timeline.length - 3)
    await until(() => document.activeElement === rowOf(wanted.id), 'two messages up')
    await userEvent.keyboard('r')
    await expect.element(page.getByText(`Replying to ${wanted.name}`)).toBeVisible()
    await expect.element(field()).toHaveFocus()
    await userEvent.keyboard('{Escape}')
    await expect.element(page.getByText(`Replying to ${wanted.name}`)).not.toBeInTheDocument()
  })

  it('reaches the first and the newest message, and the field with Escape', async () => {
    app = await openApp('full')
    lastRow().focus()
    await userEvent.keyboard('{Home}')
    await until(() => document.activeElement === rows()[0], 'the first message')
    expect(rows()[0]?.dataset['id']).toBe(app.room.timeline.at(0).id)
    await userEvent.keyboard('{End}')
    await until(() => document.activeElement === lastRow(), 'the newest message')
    await userEvent.keyboard('{Escape}')
    await expect.element(field()).toHaveFocus()
  })

  it('opens people, invitation and help, and gives the focus back', async () => {
    app = await openApp('full')
    await userEvent.click(field())
    await userEvent.keyboard('{Alt>}p{/Alt}')
    await expect.element(page.getByRole('complementary', { name: 'People' })).toBeVisible()
    await userEvent.keyboard('{Alt>}p{/Alt}')
    await userEvent.click(field())
    await userEvent.keyboard('{Alt>}i{/Alt}')
    await expect.element(page.getByRole('dialog', { name: 'Invite' })).toBeVisible()
    await userEvent.keyboard('{Escape}')
    await expect.element(field()).toHaveFocus()
    await userEvent.keyboard('{Control>}/{/Control}')
    await expect.element(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible()
    await userEvent.keyboard('{Escape}')
    await expect.element(field()).toHaveFocus()
  })

  it('passes the links of messages by until one is in their message, and reaches all of it there', async () => {
    app = await openApp('full')
    const id = app.room.say('Mara', 'see https://kith.example/ for it')
    await app.room.react(id, '🎉', true)
    await until(() => lastRow().querySelector('.reaction') !== null, 'the reaction')
    await sendText('and I say so too')
    await userEvent.keyboard('{Shift>}{Tab}{Tab}{/Shift}')
    expect(document.activeElement).toBe(lastRow())
    await userEvent.keyboard('{ArrowUp}')
    await until(() => document.activeElement === rowOf(id), 'the message with the link')
    const reached: string[] = []
    for (let i = 0; i < 5; i++) {
      await userEvent.keyboard('{Tab}')
      reached.push(document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '')
    }
    expect(reached).toEqual(['https://kith.example/', '🎉 You', 'React', 'Reply', 'More'])
    await userEvent.keyboard('{Tab}')
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Emoji')
  })

  it('goes to the newest again after one has written, and keeps the menu of a message after a reaction', async () => {
    app = await openApp('full')
    const { timeline } = app.room
    const id = timeline.at(timeline.length - 3).id
    await userEvent.click(field())
    await userEvent.keyboard('{Shift>}{Tab}{Tab}{/Shift}{ArrowUp}{ArrowUp}')
    await until(() => document.activeElement === rowOf(id), 'two messages up')
    await userEvent.keyboard('+')
    await expect.element(page.getByRole('menuitem', { name: '👍' })).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    await until(() => document.activeElement === rowOf(id), 'the message again')
    await until(() => rowOf(id).querySelector('.row-toolbar') !== null, 'its menu')
    await userEvent.click(field())
    const newest = await sendText('on we go')
    await userEvent.keyboard('{Shift>}{Tab}{Tab}{/Shift}')
    expect(document.activeElement).toBe(rowOf(newest))
  })

  it('leaves the people beside the room while something opens over it', async () => {
    app = await openApp('full')
    const people = page.getByRole('complementary', { name: 'People' })
    const invite = people.getByRole('button', { name: 'Invite somebody' })
    await userEvent.keyboard('{Alt>}p{/Alt}')
    await userEvent.click(invite)
    await expect.element(page.getByRole('dialog', { name: 'Invite' })).toBeVisible()
    await userEvent.keyboard('{Escape}')
    await expect.element(invite).toHaveFocus()
    await userEvent.keyboard('{Escape}')
    await expect.element(people).not.toBeInTheDocument()
    await expect.element(page.getByTitle('People and paths')).toHaveFocus()
  })

  it('sets marks around words', async () => {
    app = await openApp('full')
    await userEvent.click(field())
    await userEvent.keyboard('{Control>}b{/Control}loud{Enter}')
    await until(() => lastRow().textContent.includes('loud'), 'the message is shown')
    expect(lastRow().querySelector('strong')?.textContent).toBe('loud')
  })
})

describe('new messages', () => {
  it('are told politely to screen readers, own ones not', async () => {
    app = await openApp('full')
    const announcer = page.getByTestId('announcer')
    expect(log().getAttribute('aria-live')).toBe('off')
    await sendText('my own words')
    app.room.say('Mara', 'see **you** there')
    await expect.element(announcer).toHaveTextContent('Mara: see you there')
    await expect.element(announcer).not.toHaveTextContent('my own words')
    for (const word of ['a', 'b', 'c', 'd', 'e']) app.room.say('Jonas', word)
    await expect.element(announcer).toHaveTextContent('5 new messages')
  })

  it('do not move a reader, and one press leads to them', async () => {
    app = await openApp('full')
    log().scrollTop = 200
    await until(() => document.querySelector('.jump') !== null, 'the way to the newest')
    await settled()
    const before = log().scrollTop
    app.room.say('Aiko', 'something new')
    const jump = page.getByRole('button', { name: '1 new message' })
    await expect.element(jump).toBeVisible()
    expect(log().scrollTop).toBe(before)
    await userEvent.click(jump)
    await expect.element(page.getByText('something new').last()).toBeVisible()
    await until(() => document.querySelector('.jump') === null, 'nothing further down')
  })

  it('follow when one reads the newest', async () => {
    app = await openApp('full')
    for (let i = 0; i < 12; i++) app.room.say('Aiko', `line ${i}`)
    await until(() => lastRow().textContent.includes('line 11'), 'the newest is shown')
    await until(() => log().scrollTop + log().clientHeight >= log().scrollHeight - 2, 'the end')
  })

  it('opens at the first unread message, under its mark', async () => {
    app = await openApp('unread')
    await expect.element(page.getByRole('separator')).toHaveTextContent('New')
    const after = document.querySelector('.unread-mark')?.nextElementSibling
    expect(after?.getAttribute('data-id')).toBe(app.room.state.firstUnread)
  })

  it('run no script and open links safely', async () => {
    app = await openApp('full')
    const hostile =
      '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script> [press](javascript:window.pwned=1) ![](https://x.example/track.png) https://kith.example/'
    const id = app.room.say('Mara', hostile)
    await until(() => lastRow().dataset['id'] === id, 'the message is shown')
    const row = rowOf(id)
    expect(row.querySelector('img, script, iframe, [onerror]')).toBeNull()
    expect(row.textContent).toContain('<script>')
    const links = [...row.querySelectorAll('a')]
    expect(links).toHaveLength(2)
    for (const link of links) {
      expect(link.protocol).toBe('https:')
      expect(link.target).toBe('_blank')
      expect(link.rel).toContain('noopener')
      expect(link.rel).toContain('noreferrer')
    }
    expect('pwned' in window).toBe(false)
  })
})

describe('taking messages along', () => {
  it('VIE13 hands over a file of what is shown, from the settings of the room', async () => {
    app = await openApp('full')
    const handed: { readonly name: string; readonly url: string }[] = []
    const original = HTMLAnchorElement.prototype.click
    HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement): void {
      handed.push({ name: this.download, url: this.href })
    }
    try {
      await openPage('Room settings', 'Export and leave')
      await userEvent.click(page.getByRole('button', { name: 'As text (Markdown)' }))
      await expect.element(page.getByText(/among your downloads/)).toBeVisible()
    } finally {
      HTMLAnchorElement.prototype.click = original
    }
    expect(handed[0]?.name).toBe('Lake weekend.md')
    const text = await (await fetch(handed[0]?.url ?? '')).text()
    expect(text).toMatch(/^# Lake weekend\n/u)
    expect(text.match(/^\*\*/gmu)).toHaveLength(app.room.timeline.length)
  })
})

describe('the room says what is happening', () => {
  it('catching up, then done', async () => {
    app = await openApp('catchingUp')
    const bar = page.getByRole('progressbar')
    await expect.element(bar).toHaveAttribute('value', String(412 / 1240))
    await expect.element(page.getByText('Catching up: 412 of 1,240')).toBeVisible()
    app.room.setSync({ phase: 'synced', have: 1240, total: 1240, gaps: 0 })
    await expect.element(page.getByText('6 people here')).toBeVisible()
    await expect.element(bar).not.toBeInTheDocument()
  })

  it('alone: the link, copied with one press, and its QR code', async () => {
    app = await openApp('alone')
    await expect.element(page.getByRole('heading', { name: 'You are the first one here' })).toBeVisible()
    await expect.element(page.getByRole('textbox', { name: 'Link of this room' })).toHaveValue(app.room.state.link)
    await expect.element(page.getByRole('img', { name: 'QR code of the link' })).toBeVisible()
    app.room.setPerson({ name: 'Mara', path: 'direct' })
    await expect.element(page.getByText('2 people here')).toBeVisible()
    await expect.element(page.getByRole('heading', { name: /begins/ })).toBeVisible()
  })

  it('each person’s path in words', async () => {
    app = await openApp('full', { size: 'phone' })
    await userEvent.click(page.getByTitle('People and paths'))
    const people = page.getByRole('dialog', { name: 'People' })
    await expect.element(people.getByText('Directly connected · 18 ms')).not.toBeInTheDocument()
    await expect.element(people.getByText('is writing')).toBeVisible()
    await expect.element(people.getByText('By way of the relay · 64 ms')).toBeVisible()
    await expect.element(people.getByText('Through Mara · 120 ms')).toBeVisible()
  })

  it('notices, until they are understood', async () => {
    app = await openApp('failing')
    await expect.element(page.getByText(/no space left/)).toBeVisible()
    await userEvent.click(page.getByRole('button', { name: 'Understood' }).first())
    await expect.element(page.getByText(/no space left/)).not.toBeInTheDocument()
    await expect.element(page.getByText(/about 7 min off/)).toBeVisible()
  })

  it('asks before it forgets a room, and goes home afterwards', async () => {
    app = await openApp('full')
    await openPage('Room settings', 'Export and leave')
    await userEvent.click(page.getByRole('button', { name: 'Leave and forget' }))
    await userEvent.click(page.getByRole('button', { name: 'Leave and erase' }))
    await expect.element(page.getByRole('heading', { name: 'Kith', level: 1 })).toBeVisible()
    expect(app.chat.state.rooms.map((room) => room.title)).not.toContain('Lake weekend')
  })

  it('renames the room for oneself, and oneself for the room', async () => {
    app = await openApp('full')
    await userEvent.click(page.getByRole('button', { name: 'Room settings' }))
    await userEvent.fill(page.getByRole('textbox', { name: 'What you call this room' }), 'The lake')
    await userEvent.keyboard('{Enter}')
    await userEvent.fill(page.getByRole('textbox', { name: 'Your name in this room' }), 'Rob')
    await userEvent.keyboard('{Enter}')
    await userEvent.click(page.getByRole('button', { name: 'Close' }))
    await expect.element(page.getByRole('heading', { name: 'The lake', level: 1 })).toBeVisible()
    // Three messages wait in another room.
    expect(document.title).toBe('(3) The lake · Kith')
    expect(app.room.state.people.find((person) => person.me)?.name).toBe('Rob')
  })
})
