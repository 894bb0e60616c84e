/**
 * Where one writes. The field keeps its own text (React does not hear of a keystroke unless the field becomes empty or
 * stops being so), so that typing costs the same in an empty room and beside 100,000 messages.
 */
import {
  lazy,
  memo,
  Suspense,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactElement,
  type Ref,
} from 'react'
import { ArrowUp, Check, CornerUpLeft, Mic, Pencil, Smile, X } from 'lucide-react'
import type { Message, Room } from '@kith/peer'
import { Overlays } from '../app/boundary.tsx'
import { AddFiles } from '../files/add-files.tsx'
import { saidOf } from '../files/said.ts'
import { TrayView } from '../files/tray.tsx'
import { useTray } from '../files/use-tray.ts'
import { useFileMessages } from '../messages/files.tsx'
import { plainText } from '../markdown/parse.ts'
import { useChatState } from '../app/stores.ts'
import { useMessages } from '../messages/messages.tsx'
import { FreeSpaceLink } from '../settings/open-settings.tsx'
import { Popover } from '../overlay/popover.tsx'
import { Slow, useSlow } from '../members/slow.tsx'
import { Mentions, useMentions } from './mentions.tsx'
import { wrapSelection } from './marks.ts'
import './composer.css'

const Recorder = lazy(() => import('../files/recorder.tsx'))
const EmojiPicker = lazy(() => import('../emoji/picker.tsx'))

export type ComposerMode =
  | { readonly kind: 'write' }
  | { readonly kind: 'reply'; readonly message: Message }
  | { readonly kind: 'edit'; readonly message: Message }

export interface ComposerHandle {
  focus(): void
  /** Files that were dropped or pasted somewhere in the room. */
  addFiles(files: readonly File[]): void
}

interface ComposerProps {
  readonly room: Room
  readonly name: string
  readonly mode: ComposerMode
  readonly onDone: () => void
  /** Up arrow in an empty field. */
  readonly onEditLast: () => void
  /** Shift+Tab order is not enough for a log of thousands: this goes straight to the newest message. */
  readonly ref?: Ref<ComposerHandle>
}

const draftSettleMs = 400
const typingLastsMs = 4000

const marksByKey: Readonly<Record<string, string>> = { b: '**', i: '*', e: '`' }

/** On a touch keyboard Enter is the only way to a new line, and the send button is under the thumb. */
function isTouch(): boolean {
  return window.matchMedia('(hover: none) and (pointer: coarse)').matches
}

export const Composer: React.NamedExoticComponent<ComposerProps> = memo(function Composer(props): ReactElement {
  const { room, name, mode, onDone, onEditLast, ref } = props
  const words = useMessages()
  const field = useRef<HTMLTextAreaElement>(null)
  const emojiButton = useRef<HTMLButtonElement>(null)
  const [empty, setEmpty] = useState(() => room.state.draft.trim() === '')
  const [picking, setPicking] = useState(false)
  const [refused, setRefused] = useState<{ readonly text: string; readonly isFull: boolean }>()
  /** What was in the field before an edit began, and comes back after it. */
  const beforeEdit = useRef<string>(undefined)
  /** The text of the field, readable also while the page is being taken down. */
  const typed = useRef(room.state.draft)
  const draftTimer = useRef<number>(undefined)
  const typingTimer = useRef<number>(undefined)
  const editing = mode.kind === 'edit' ? mode.message.id : undefined

  const fileWords = useFileMessages()
  const tray = useTray(room)
  const [recording, setRecording] = useState(false)
  /** As of the last time it was drawn. */
  const recorded = useRef(false)
  const canCarry = useChatState((state) => state.files !== undefined)
  const { add: addFiles, items } = tray
  const hasFiles = items.length > 0 && mode.kind !== 'edit'
  const changed = useRef(() => {})
  const mentions = useMentions(room, field, changed)
  const slow = useSlow(room)
  const isSlowed = slow > 0 && mode.kind !== 'edit'
  const nothingToSend = (empty && !hasFiles) || tray.busy || isSlowed

  useImperativeHandle(ref, () => ({ focus: () => field.current?.focus(), addFiles }), [addFiles])

  const keepDraft = useCallback(() => {
    window.clearTimeout(draftTimer.current)
    draftTimer.current = undefined
    const text = beforeEdit.current ?? typed.current
    if (text !== room.state.draft) room.setDraft(text)
  }, [room])

  const stopTyping = useCallback(() => {
    if (typingTimer.current === undefined) return
    window.clearTimeout(typingTimer.current)
    typingTimer.current = undefined
    room.setTyping(false)
  }, [room])

  const put = useCallback((text: string) => {
    const element = field.current
    if (element === null) return
    element.value = text
    typed.current = text
    setEmpty(text.trim() === '')
    grow(element)
  }, [])

  useEffect(() => {
    window.addEventListener('pagehide', keepDraft)
    return () => {
      window.removeEventListener('pagehide', keepDraft)
      keepDraft()
      stopTyping()
    }
  }, [keepDraft, stopTyping])

  // Before paint, so that the field never shows the other text for a frame.
  useLayoutEffect(() => {
    const element = field.current
    if (element === null) return
    if (mode.kind === 'edit') {
      beforeEdit.current ??= element.value
      put(mode.message.text)
      element.focus()
      element.setSelectionRange(element.value.length, element.value.length)
    } else if (beforeEdit.current !== undefined) {
      put(beforeEdit.current)
      beforeEdit.current = undefined
    }
    if (mode.kind === 'reply') element.focus()
    // The text of the message is taken once, when editing begins.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [mode.kind, editing, put])

  // The field is hidden while one speaks: only when it is there again it can take the focus.
  useLayoutEffect(() => {
    if (recorded.current && !recording && !isTouch()) field.current?.focus()
    recorded.current = recording
  }, [recording])

  const input = (): void => {
    const element = field.current
    if (element === null) return
    typed.current = element.value
    setEmpty(element.value.trim() === '')
    if (refused !== undefined) setRefused(undefined)
    grow(element)
    mentions.look()
    if (mode.kind === 'edit') return
    draftTimer.current ??= window.setTimeout(keepDraft, draftSettleMs)
    if (element.value === '') return stopTyping()
    if (typingTimer.current === undefined) room.setTyping(true)
    window.clearTimeout(typingTimer.current)
    typingTimer.current = window.setTimeout(stopTyping, typingLastsMs)
  }

  changed.current = input

  const send = (): void => {
    const element = field.current
    if (element === null) return
    const text = element.value.trim()
    const files = hasFiles ? items.flatMap(({ file }) => file?.root ?? []) : []
    if (tray.busy || isSlowed || (text === '' && files.length === 0)) return
    const sent =
      mode.kind === 'edit'
        ? text === mode.message.text
          ? Promise.resolve()
          : room.edit(mode.message.id, text)
        : room.send(text, { files, ...(mode.kind === 'reply' ? { replyTo: mode.message.id } : {}) })
    if (mode.kind !== 'edit') put('')
    stopTyping()
    keepDraft()
    onDone()
    element.focus()
    sent.catch((reason: unknown) => {
      const code = reason instanceof Error && 'code' in reason ? reason.code : undefined
      const { refusedFull, refusedLong, refused: refusedNow } = words.composer
      const isFull = code === 'storeFull'
      setRefused({ text: isFull ? refusedFull : code === 'tooLong' ? refusedLong : refusedNow, isFull })
      // Nothing somebody wrote may vanish; what they wrote since comes after it.
      put([text, typed.current].filter((part) => part !== '').join('\n'))
      keepDraft()
    })
  }

  const key = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const element = event.currentTarget
    if (event.nativeEvent.isComposing || mentions.key(event)) return
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey && (event.ctrlKey || event.metaKey || !isTouch())) {
      event.preventDefault()
      send()
    } else if (event.key === 'ArrowUp' && element.value === '' && mode.kind === 'write' && !event.altKey) {
      event.preventDefault()
      onEditLast()
    } else if (event.key === 'Escape' && mode.kind !== 'write') {
      event.preventDefault()
      onDone()
    } else if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      const mark = marksByKey[event.key.toLowerCase()]
      if (mark !== undefined) {
        event.preventDefault()
        wrapSelection(element, mark)
        input()
      } else if (event.key === '.') {
        event.preventDefault()
        setPicking(true)
      }
    }
  }

  const pick = (emoji: string): void => {
    const element = field.current
    if (element === null) return
    element.setRangeText(emoji, element.selectionStart, element.selectionEnd, 'end')
    input()
    setPicking(false)
    element.focus()
  }

  const paste = (event: ClipboardEvent<HTMLTextAreaElement>): void => {
    const files = [...event.clipboardData.files]
    // Text copied from an office program comes with a picture of itself.
    if (files.length === 0 || event.clipboardData.types.includes('text/plain') || !canCarry) return
    event.preventDefault()
    addFiles(files)
  }
  /** What was chosen by hand waits for a word about it, or for Enter. */
  const addChosen = (files: readonly File[]): void => {
    addFiles(files)
    if (!isTouch()) field.current?.focus()
  }
  const replyTo = mode.kind === 'reply' ? mode.message.id : undefined

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {refused !== undefined && (
        <p className="composer-refused" role="alert">
          {refused.text} {refused.isFull && <FreeSpaceLink />}
        </p>
      )}
      <Mentions menu={mentions} />
      <div className={`composer-box ${mode.kind}`}>
        {mode.kind !== 'write' && (
          <div className="composer-mode">
            {mode.kind === 'reply' ? <CornerUpLeft size={16} aria-hidden /> : <Pencil size={15} aria-hidden />}
            <p>
              <strong>
                {mode.kind === 'reply' ? words.composer.replyingTo(mode.message.name) : words.composer.editing}
              </strong>{' '}
              {mode.kind === 'reply' && <span>{saidOf(mode.message, words, (text) => plainText(text, 120))}</span>}
            </p>
            <button
              type="button"
              className="icon-button small"
              aria-label={mode.kind === 'reply' ? words.composer.stopReply : words.composer.stopEdit}
              onClick={() => {
                onDone()
                field.current?.focus()
              }}
            >
              <X size={16} aria-hidden />
            </button>
          </div>
        )}
        {mode.kind !== 'edit' && <TrayView tray={tray} />}
        {recording && (
          <Overlays fallback={<div className="composer-line" aria-busy="true" />} onClose={() => setRecording(false)}>
            <Recorder
              room={room}
              replyTo={replyTo}
              onDone={() => {
                setRecording(false)
                onDone()
              }}
            />
          </Overlays>
        )}
        <div className="composer-line" hidden={recording}>
          <button
            ref={emojiButton}
            type="button"
            className="icon-button"
            aria-label={words.composer.emoji}
            title={words.composer.emoji}
            aria-expanded={picking}
            onClick={() => setPicking(true)}
          >
            <Smile size={20} aria-hidden />
          </button>
          <textarea
            ref={field}
            rows={1}
            className="composer-field"
            defaultValue={room.state.draft}
            aria-label={words.composer.label(name)}
            placeholder={words.composer.placeholderShort}
            enterKeyHint="enter"
            autoCapitalize="sentences"
            aria-autocomplete="list"
            aria-controls={mentions.activeId === undefined ? undefined : mentions.id}
            aria-activedescendant={mentions.activeId}
            onSelect={mentions.look}
            onInput={input}
            onKeyDown={key}
            onPaste={paste}
            onBlur={() => {
              mentions.close()
              keepDraft()
            }}
          />
          {canCarry && mode.kind !== 'edit' && <AddFiles onFiles={addChosen} />}
          {empty && !hasFiles && mode.kind !== 'edit' && canCarry ? (
            <button
              type="button"
              className="send quiet"
              aria-label={fileWords.voice.record}
              title={fileWords.voice.record}
              onClick={() => setRecording(true)}
            >
              <Mic size={20} aria-hidden />
            </button>
          ) : (
            <button
              type="submit"
              className="send"
              disabled={nothingToSend}
              aria-label={mode.kind === 'edit' ? words.composer.saveEdit : words.composer.send}
              title={mode.kind === 'edit' ? words.composer.saveEdit : words.composer.send}
            >
              {mode.kind === 'edit' ? <Check size={20} aria-hidden /> : <ArrowUp size={20} aria-hidden />}
            </button>
          )}
        </div>
      </div>
      {isSlowed && <Slow seconds={slow} />}
      <Overlays onClose={() => setPicking(false)}>
        {picking && emojiButton.current !== null && (
          <Popover anchor={emojiButton.current} label={words.emoji.label} onClose={() => setPicking(false)}>
            <Suspense fallback={<div className="emoji-picker" aria-busy="true" />}>
              <EmojiPicker onPick={pick} />
            </Suspense>
          </Popover>
        )}
      </Overlays>
    </form>
  )
})

/** Where the platform does not size fields by their content (Firefox, older Safari), we do. */
function grow(element: HTMLTextAreaElement): void {
  if (CSS.supports('field-sizing', 'content')) return
  element.style.height = 'auto'
  element.style.height = `${element.scrollHeight}px`
}
