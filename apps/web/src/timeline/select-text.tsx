/**
 * A message by itself, so that a finger can take a part of it: in the timeline a held finger opens the menu. All of it is selected
 * at first, which brings up the system's own handles.
 */
import { useEffect, useRef, type ReactElement } from 'react'
import type { Message } from '@kith/peer'
import { Markdown } from '../markdown/markdown.tsx'
import { useMessages } from '../messages/messages.tsx'
import { Dialog } from '../overlay/dialog.tsx'

interface SelectTextProps {
  readonly message: Message
  readonly onClose: () => void
}

export function SelectText({ message, onClose }: SelectTextProps): ReactElement {
  const words = useMessages()
  const text = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (text.current !== null) window.getSelection()?.selectAllChildren(text.current)
    return () => window.getSelection()?.removeAllRanges()
  }, [])
  return (
    <Dialog title={words.timeline.selectText} onClose={onClose}>
      <div ref={text} className="select-text">
        <Markdown text={message.text} />
      </div>
    </Dialog>
  )
}
