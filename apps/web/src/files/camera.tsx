/** A picture from the camera of a computer; phones open their own camera instead. */
import { useEffect, useRef, useState, type ReactElement } from 'react'
import { Camera as CameraIcon, SwitchCamera } from 'lucide-react'
import { useFileMessages } from '../messages/files.tsx'
import { useMessages } from '../messages/messages.tsx'
import { Dialog } from '../overlay/dialog.tsx'
import './tray.css'

interface CameraProps {
  readonly onPicture: (picture: File) => void
  readonly onClose: () => void
}

const quality = 0.92

export default function Camera({ onPicture, onClose }: CameraProps): ReactElement {
  const words = useFileMessages().camera
  const { format } = useMessages()
  const video = useRef<HTMLVideoElement>(null)
  const [ready, setReady] = useState(false)
  const [failed, setFailed] = useState(false)
  const [facing, setFacing] = useState<'environment' | 'user'>('user')
  useEffect(() => {
    let over = false
    let stream: MediaStream | undefined
    setReady(false)
    const wanted = { video: { facingMode: facing, width: { ideal: 1920 }, height: { ideal: 1080 } } }
    ;(navigator.mediaDevices?.getUserMedia(wanted) ?? Promise.reject(new Error('no camera'))).then(
      (opened) => {
        stream = opened
        if (over || video.current === null) return opened.getTracks().forEach((track) => track.stop())
        video.current.srcObject = opened
        setFailed(false)
      },
      () => {
        if (!over) setFailed(true)
      },
    )
    return () => {
      over = true
      stream?.getTracks().forEach((track) => track.stop())
    }
  }, [facing])
  const take = (): void => {
    const element = video.current
    if (element === null) return
    const canvas = document.createElement('canvas')
    canvas.width = element.videoWidth
    canvas.height = element.videoHeight
    canvas.getContext('2d')?.drawImage(element, 0, 0)
    canvas.toBlob(
      (blob) => {
        if (blob === null) return setFailed(true)
        const name = words.fileName(format.time(Date.now()).replaceAll(':', '.'))
        onPicture(new File([blob], name, { type: 'image/jpeg' }))
        onClose()
      },
      'image/jpeg',
      quality,
    )
  }
  return (
    <Dialog title={words.title} onClose={onClose}>
      {failed ? (
        <p className="dialog-text" role="alert">
          {words.noCamera}
        </p>
      ) : (
        <div className="camera">
          <video ref={video} autoPlay playsInline muted aria-label={words.title} onLoadedData={() => setReady(true)} />
          <div className="camera-buttons">
            <button type="button" className="button primary large" disabled={!ready} onClick={take}>
              <CameraIcon size={20} aria-hidden /> {ready ? words.take : words.opening}
            </button>
            <button
              type="button"
              className="icon-button"
              aria-label={words.other}
              title={words.other}
              onClick={() => setFacing((now) => (now === 'user' ? 'environment' : 'user'))}
            >
              <SwitchCamera size={20} aria-hidden />
            </button>
          </div>
        </div>
      )}
    </Dialog>
  )
}
