/** Las palabras sobre archivos en español. */
import type { FileFailed, FileTrouble } from '@kith/peer'
import type { FileMessages } from '../files-en.ts'
import { formats } from '../format.ts'

const { bytes, plural, number } = formats('es')

const trouble: Readonly<Record<FileTrouble, string>> = {
  storeFull: 'En este dispositivo no queda sitio para él. Libera espacio y sigue; lo que ha llegado se conserva.',
  nobody: 'Nadie de los que están aquí ahora lo tiene. Llega cuando venga alguien que lo tenga.',
  tooLarge: 'Es más grande de lo que acepta este dispositivo.',
  damaged: 'Lo que llegó no coincidía y se tiró. Inténtalo de nuevo; se trae de otra persona.',
  freed: 'Hizo sitio para otros. Vuelve a traerlo de quienes lo tienen.',
}

const refused: Readonly<Record<FileFailed['why'], string>> = {
  ...trouble,
  storeFull: 'Este archivo no se añadió: en este dispositivo no queda sitio. Libera espacio en los ajustes.',
  tooLarge: 'Este archivo es más grande de lo que Kith puede llevar.',
  unreadable: 'No se pudo leer este archivo. Mira si sigue en su sitio y añádelo de nuevo.',
  empty: 'Este archivo está vacío; no hay nada que enviar.',
  tooMany: 'Un mensaje lleva 16 archivos. Envía estos primero y luego los demás.',
  unknown: 'Este archivo ya no está aquí. Añádelo de nuevo.',
  stopped: 'Se detuvo la descarga. Continúala y ábrelo después.',
  noStore: 'Este navegador no tiene lugar para archivos. Prueba con una ventana que no sea privada.',
}

export const filesEs: FileMessages = {
  add: 'Añadir archivos',
  addFiles: 'Fotos y archivos',
  addCamera: 'Cámara',
  dropHere: 'Suelta para añadirlo a tu mensaje',
  dropHint: 'De las fotos se quitan el lugar y los datos de la cámara.',

  tray: 'Archivos de tu mensaje',
  preparing: (name) => `Preparando ${name}`,
  remove: (name) => `Quitar ${name}`,
  refused: (why) => refused[why],
  quality: 'Cómo se envían las imágenes',
  qualities: {
    full: 'Tamaño completo',
    smaller: 'Más pequeña',
    original: 'Archivo original',
  },
  qualityHints: {
    full: 'Tan nítida como es. Se quitan el lugar y los datos de la cámara.',
    smaller: 'Como mucho 2.048 píxeles. Se quitan el lugar y los datos de la cámara.',
    original: 'Intacto. Dice dónde y con qué se hizo.',
  },
  hasHidden: 'Va tal como es: puede decir dónde se hizo.',
  cannotClean: 'Aquí no se pueden quitar sus datos ocultos, así que va tal como es.',

  fetch: (name, size) => `Traer ${name}, ${bytes(size)}`,
  goOn: (name) => `Seguir trayendo ${name}`,
  pause: (name) => `Pausar ${name}`,
  cancel: (name) => `Dejar de traer ${name} y borrar lo que llegó`,
  save: (name) => `Guardar ${name}`,
  again: (name) => `Intentar traer ${name} de nuevo`,
  actions: (name) => `Qué hacer con ${name}`,
  size: (count) => bytes(count),
  of: (have, total) => `${bytes(have)} de ${bytes(total)}`,
  speed: (perSecond) => `${bytes(perSecond)}/s`,
  sources: (count) => plural(count, { one: 'de 1 persona', other: 'de # personas' }),
  left: (ms) => {
    const seconds = Math.max(1, Math.round(ms / 1000))
    if (seconds < 60) return `quedan ${number(seconds)} s`
    if (seconds < 3600) return `quedan ${number(Math.round(seconds / 60))} min`
    return `quedan ${number(Math.round(seconds / 3600))} h`
  },
  paused: 'En pausa',
  notHere: 'Aún no está aquí',
  waiting: 'Espera a alguien que lo tenga',
  holders: (count) => plural(count, { one: 'lo tiene 1 más', other: 'lo tienen # más' }),
  heldByNobody: 'solo está aquí',
  trouble: (why) => trouble[why],

  picture: (name) => `Imagen: ${name}`,
  openPicture: (name) => `Abrir la imagen ${name}`,
  more: (count) => `+${number(count)}`,
  moreLong: (count) => plural(count, { one: 'Mostrar 1 imagen más', other: 'Mostrar # imágenes más' }),
  cannotShow: 'Esta imagen no se puede mostrar aquí. Se puede guardar.',
  film: (name) => `Vídeo: ${name}`,
  sound: (name) => `Sonido: ${name}`,

  lightbox: {
    title: 'Imágenes',
    place: (at, count) => `${number(at)} de ${number(count)}`,
    previous: 'Imagen anterior',
    next: 'Imagen siguiente',
    close: 'Cerrar',
    by: (name, when) => `${name}, ${when}`,
  },

  voice: {
    record: 'Grabar un mensaje de voz',
    recording: 'Grabando',
    stop: 'Parar y escuchar',
    send: 'Enviar el mensaje de voz',
    discard: 'Tirarlo',
    play: 'Reproducir',
    pause: 'Pausa',
    position: 'Punto de la grabación',
    of: (name) => `Mensaje de voz de ${name}`,
    message: 'Mensaje de voz',
    speed: 'Velocidad',
    times: (speed) => `${number(speed)}×`,
    noMicrophone: 'Kith no puede usar el micrófono. Permítelo en los ajustes de esta página e inténtalo de nuevo.',
    noRecorder: 'Este navegador no puede grabar sonido.',
    notSent: 'El mensaje de voz no se envió; sigue aquí. Inténtalo de nuevo.',
  },

  camera: {
    title: 'Cámara',
    take: 'Hacer la foto',
    other: 'Otra cámara',
    noCamera: 'Kith no puede usar la cámara, o no hay ninguna. Permítelo en los ajustes de esta página.',
    opening: 'Abriendo la cámara…',
    fileName: (when) => `Foto ${when}.jpg`,
  },

  list: {
    open: 'Archivos de esta sala',
    title: 'Archivos',
    none: 'Aún no hay archivos',
    noneHint: 'Las fotos, grabaciones y archivos que alguien envíe aquí aparecen en esta página.',
    filter: 'Qué archivos',
    filters: { all: 'Todos', pictures: 'Imágenes', media: 'Vídeo y sonido', others: 'Otros' },
    noneOfKind: 'Ninguno de estos aquí.',
    by: (name, when) => `${name}, ${when}`,
    inMessage: 'Mostrar el mensaje',
    free: (name) => `Borrar ${name} de este dispositivo`,
    sum: (count, total) => `${plural(count, { one: '1 archivo', other: '# archivos' })}, ${bytes(total)}`,
  },

  space: {
    title: 'Archivos en este dispositivo',
    use: (used, limit) => (limit === undefined ? `${bytes(used)} en archivos.` : `${bytes(used)} de ${bytes(limit)}.`),
    limit: 'Los archivos pueden ocupar',
    limitHint:
      'Al llegar ahí hace sitio lo que también tienen otros tres, empezando por lo menos usado. Lo que nadie más tiene se queda.',
    limits: (limit) => (limit === 0 ? 'todo lo que quepa' : bytes(limit)),
    freeable: (freeable) => `${bytes(freeable)} los tienen otros tres o más y se pueden volver a traer.`,
    nothing: 'No se puede liberar nada: muy pocos más lo tienen.',
    free: 'Liberar espacio',
    freed: (freed) => (freed > 0 ? `Se liberaron ${bytes(freed)}.` : 'No había nada que liberar.'),
  },
}
