/** Las palabras sobre quién es alguien más allá de una sala, y sobre contactos, en español. */
import { formats } from '../format.ts'
import type { IdentityMessages } from '../identity-en.ts'

const { list, plural } = formats('es')
const moments = new Intl.DateTimeFormat('es', { dateStyle: 'medium', timeStyle: 'short' })
const days = new Intl.DateTimeFormat('es', { dateStyle: 'medium' })
const roomsOf = (count: number): string => plural(count, { one: 'una sala', other: '# salas' })

export const identityEs: IdentityMessages = {
  title: 'Quién eres',
  hint: 'En cada sala eres otra persona, hasta que decidas mostrar quién eres.',
  fingerprint: 'Tu huella',
  words: 'Mostrar las doce palabras',
  hideWords: 'Ocultarlas',
  wordsHint: 'Escríbelas en papel. En otro dispositivo te hacen la misma persona; quien las tenga es tú.',
  restore: 'Escribir doce palabras',
  restoreLabel: 'Tus doce palabras',
  restoreDo: 'Ser esta persona aquí',
  restored:
    'Hecho. Las salas en las que estás conservan a quien eras; las nuevas te conocen por estas palabras. A una sala con miembros tuya vuelves con cualquier invitación: como quien eras allí, también si la fundaste.',
  email: 'Mostrar que una dirección es tuya',
  emailHint: (host) =>
    `El servicio de ${host} envía un código por correo y firma que te llegó. No guarda ni la dirección ni el código.`,
  emailLabel: 'Correo electrónico',
  sendCode: 'Enviarme un código',
  codeLabel: (email) => `El código que se envió a ${email}`,
  enterCode: 'Introducir',
  again: 'Usar otra dirección',
  attested: (host, until) => `Atestiguado por ${host} hasta el ${days.format(until)}`,
  drop: (claim) => `Olvidar que ${claim} es tuya`,
  services: 'Servicios en cuya palabra confías',
  servicesHint: 'Lo que atestiguan de otros se te muestra como cierto. Nada se cree sin que lo digas.',
  noService: 'Ninguno todavía.',
  lookUp: (host) => `Consultar el servicio de ${host}`,
  believe: (host) => `Confiar en la palabra de ${host}`,
  serviceKey: (key) => `Su clave empieza por ${key}. Pregunta a quien lo lleva si es correcto.`,
  doubt: (host) => `Dejar de confiar en ${host}`,
  cancel: 'Cancelar',
  show: 'Mostrar a los de aquí quién eres',
  showHint: (claims) =>
    claims.length === 0
      ? 'Ven que eres la misma persona que en otras salas donde lo muestras.'
      : `Ven ${list(claims)}, y que eres la misma persona que en otras salas donde lo muestras.`,

  devices: 'Tus dispositivos',
  devicesHint: 'Este dispositivo tiene tus doce palabras. Se le pueden enlazar otros, y quitarlos cuando se pierdan.',
  deviceLinked:
    'Este es un dispositivo enlazado. Tu dispositivo principal tiene tus doce palabras y puede quitar este.',
  deviceRevoked:
    'Tu dispositivo principal quitó este. Ya no habla por nadie; lo que se leyó aquí queda hasta que lo olvides.',
  addDevice: 'Enlazar otro dispositivo',
  isNewDevice: 'Este es el nuevo',
  notesToMyself: 'Notas para mí',
  seen: (at) => `visto por última vez ${moments.format(at)}`,
  inRooms: (count) => `en ${roomsOf(count)}`,
  removeDevice: (name) => `Quitar ${name}`,
  removeDeviceHint: (name) =>
    `${name} ya no leerá ni escribirá nada en salas con miembros. Aún tiene los enlaces de las salas abiertas: si lo robaron, haz salas nuevas.`,
  removeDeviceDo: 'Quitarlo',
  offered: 'Escanea esto con el otro dispositivo, o abre allí el enlace.',
  offeredCare: 'Solo para un dispositivo tuyo. No se da nada antes de que compares seis cifras.',
  offeredTyped: 'O escribe allí estas letras: en un terminal tras kith device, en un navegador en Ajustes.',
  codeLasts: (minutes) => plural(minutes, { one: 'Vale un minuto más.', other: 'Vale # minutos más.' }),
  compareDevice: (name) => `«${name}» quiere ser tu dispositivo. ¿Muestra estas cifras?`,
  compareHere: '¿Tu otro dispositivo muestra las mismas cifras? Dilo allí.',
  sameDevice: 'Sí, es mío',
  lookingDevice: 'Buscando tu otro dispositivo…',
  givingTo: (name) => `Dando tus salas a ${name}…`,
  getting: (rooms) =>
    rooms === 0
      ? 'Es el correcto. Tus salas están llegando…'
      : `${plural(rooms, { one: '1 sala', other: '# salas' })} hasta ahora…`,
  got: (rooms) => `Hecho. Este es ahora tu dispositivo, con ${roomsOf(rooms)}.`,
  linked: (name, rooms) => `${name === '' ? 'Este dispositivo' : name} está enlazado, con ${roomsOf(rooms)}.`,
  linkFailed: {
    expired: 'Pasaron diez minutos y no vino nadie. Haz un código nuevo.',
    different: 'Las cifras eran distintas, así que no se dio nada. Quizá otra persona tenía el código: haz uno nuevo.',
    gone: 'El otro dispositivo se fue. Haz un código nuevo e inténtalo otra vez.',
  },
  understood: 'Bien',
  becomeTitle: 'Hacer de este tu dispositivo',
  becomeHint:
    'Tu otro dispositivo muestra un código en Ajustes. Este recibe tus salas y tu nombre, pero no tus doce palabras.',
  codeOfDevice: 'El código, o su enlace',
  nameOfDevice: 'Cómo se llama este dispositivo',
  thisBrowser: (system) => (system === '' ? 'Navegador' : `Navegador en ${system}`),
  become: 'Encontrar mi otro dispositivo',

  compare: 'Comparar números',
  compareNow: 'Seis cifras, los dos aquí',
  compareWith: (name) => `${name} y tú tenéis seis dígitos que comparar.`,
  comparing: 'Esperando a su programa…',
  different:
    'Los números eran distintos. Puede haber alguien en medio: encontraos por otro enlace, y no digas nada secreto aquí.',
  digitsHint: (name) => `${name} también ve seis cifras. Leéoslas de viva voz, por teléfono o en persona.`,
  theySay: (name) => `${name} dice que son iguales.`,
  same: 'Son iguales',
  notSame: 'Son distintos',
  safetyHint: (name) =>
    `${name} encuentra las mismas sesenta cifras bajo tu nombre. Comparadlas por otro medio, cuando queráis.`,
  addContact: 'Añadir a contactos',
  asked: (name) => `Se le preguntó a ${name}. Solo sabrá quién eres si acepta.`,
  declined: (name) => `${name} no quiere, por ahora.`,

  contacts: 'Contactos',
  requests: 'Solicitudes',
  requestHint: 'Solo si aceptas sabrá quién eres fuera de esta sala.',
  request: (name) => `${name} quiere tenerte como contacto.`,
  accept: 'Aceptar',
  decline: 'Ahora no',
  message: (name) => `Escribir a ${name}`,
  notTogether: 'vuestra sala se crea cuando volváis a coincidir',
  here: 'aquí ahora',
  away: 'fuera',
  blocked: 'bloqueado',
  verified: 'comprobado',
  block: (name) => `Bloquear a ${name}`,
  unblock: (name) => `Desbloquear a ${name}`,
  remove: (name) => `Quitar a ${name} y vuestra sala`,
  removeTitle: (name) => `¿Quitar a ${name}?`,
  removeBody:
    'Deja tus contactos y la sala de los dos se borra de este dispositivo. La otra persona conserva lo que tiene.',
  removeDo: 'Quitar y borrar',
  blockedHere: (name) => `Has bloqueado a ${name}. Lo que escribe no se muestra, y no se le avisa.`,
  unblockDo: 'Desbloquear',
  notDone: 'No se pudo hacer ahora. Inténtalo de nuevo en un momento.',
}
