/** Todas las palabras de la aplicación web en español. Tono: sencillo, breve, amable; qué pasó y qué hacer. */
import type { Messages } from '../catalogue.ts'
import { formats, type Formats } from '../format.ts'
import { filesEs } from './files.ts'
import { identityEs } from './identity.ts'
import { keepersEs } from './keepers.ts'
import { mapEs } from './map.ts'
import { membersEs } from './members.ts'
import { notifyEs } from './notify.ts'
import { searchEs } from './search.ts'

const intl: Formats = formats('es')
const { plural, number, list } = intl

export const es: Messages = {
  locale: 'es',
  get format(): Formats {
    return intl
  },
  parts: {
    files: filesEs,
    identity: identityEs,
    keepers: keepersEs,
    map: mapEs,
    notify: notifyEs,
    members: membersEs,
    search: searchEs,
  },

  app: {
    name: 'Kith',
    claim: 'Un chat que es de quienes están en él.',
    title: (room, news) => `${news > 0 ? `(${number(news)}) ` : ''}${room === undefined ? '' : `${room} · `}Kith`,
    oneBack: 'Atrás',
    back: 'Volver a tus salas',
    close: 'Cerrar',
    cancel: 'Cancelar',
    save: 'Guardar',
    opening: 'Abriendo…',
    broken: 'Algo en esta página dejó de funcionar. Lo que escribiste está a salvo; volver a cargar la página ayuda.',
    missing: 'Todavía no está en este dispositivo',
    partAway:
      'Esta parte de Kith sigue en el relay, que no responde. Se cargará en cuanto vuelva; mientras tanto, los mensajes siguen.',
    renewed: 'Hay una versión nueva de Kith. Se está cargando; lo que escribías se conserva.',
    reload: 'Volver a cargar',
    notLoaded: 'No se pudo cargar Kith del todo.',
    notLoadedHelp: 'La conexión se cortó, o el relay no responde.',
    tryAgain: 'Intentar de nuevo',
    cannotStart: 'Kith no pudo abrir su almacén en este navegador.',
    cannotStartHelp:
      'Suele ser una ventana privada o un disco lleno. Haz sitio, o usa otra ventana, y vuelve a cargar.',
  },

  start: {
    nameLabel: 'Tu nombre',
    nameHint: 'Los demás lo ven. Cámbialo cuando quieras.',
    newRoom: 'Nueva sala',
    kind: 'Quién puede entrar',
    kinds: { open: 'Sala abierta', members: 'Con miembros' },
    kindHints: { open: 'Quien tenga el enlace puede leer.', members: 'Tú decides quién entra.' },
    makeOrJoin: 'Sala nueva o enlace',
    joinLabel: '¿Tienes un enlace?',
    joinPlaceholder: 'Pega el enlace',
    join: 'Entrar',
    notALink: 'Eso no es el enlace de una sala. Un enlace completo termina en # y 43 letras y números.',
    couldNotMake: 'No se pudo crear la sala: en este navegador no queda sitio. Libera espacio e inténtalo de nuevo.',
    couldNotJoin: 'No se pudo abrir la sala: en este navegador no queda sitio. Libera espacio e inténtalo de nuevo.',
    notHere: 'Esta sala con miembros no está en este dispositivo. Para entrar, pide una invitación a alguien de ella.',
    rooms: 'Tus salas',
    anotherName: 'Proponer otro nombre',
    settings: 'Ajustes',
    help: 'Teclado y ayuda',
    protection: 'Solo quienes están en una sala pueden leer lo que se dice en ella.',
    protectionMore: 'Cómo funciona',
    installed: 'Hay una versión más nueva de Kith.',
    update: 'Usarla',
  },

  // En español el nombre va delante: primero el animal, después cómo es.
  names: {
    qualities:
      'Búho Castor Cisne Colibrí Conejo Delfín Erizo Gato Gavilán Gorrión Grillo Halcón Jilguero León Lince Lirón Lobo Mirlo Mochuelo Oso Panda Pato Pingüino Puma Ruiseñor Tejón Topo Tritón Vencejo Zorro',
    creatures:
      'Alegre Amable Ágil Atento Azul Brillante Callado Claro Contento Curioso Dorado Fiel Gentil Gris Listo Madrugador Manso Noble Pequeño Plateado Rápido Sabio Salvaje Sereno Simpático Soleado Suave Tierno Tranquilo Valiente Veloz Vivo',
  },

  room: {
    moreNotices: (count) => plural(count, { one: '1 más', other: '# más' }),
    unnamed: 'Nueva sala',
    withNames: (names, more) => list(more > 0 ? [...names, plural(more, { one: '1 más', other: '# más' })] : names),
    people: 'Personas y caminos',
    map: 'Mapa de la sala',
    invite: 'Invitar',
    search: 'Buscar',
    settings: 'Ajustes de la sala',
    yourRooms: 'Tus salas',
    noMessages: 'Aún no se ha dicho nada',
    deletedBrief: 'Mensaje borrado',
    you: 'Tú',
    mentioned: 'te mencionan',
    unread: (count) => plural(count, { one: '1 mensaje sin leer', other: '# mensajes sin leer' }),
  },

  status: {
    keepers: (count) => plural(count, { one: '1 guardián', other: '# guardianes' }),
    loading: 'Abriendo lo guardado aquí…',
    joining: 'Buscando a los demás…',
    alone: 'De momento, solo tú',
    nobody: 'Ahora mismo no hay nadie más aquí',
    unanswered: 'Hay miembros aquí y no te responden',
    people: (count) => plural(count, { one: '1 persona aquí', other: '# personas aquí' }),
    reaching: (count) => plural(count, { one: 'buscando a 1', other: 'buscando a #' }),
    catchingUp: (have, total) => `Poniéndose al día: ${number(have)} de ${number(total)}`,
    offline: 'Sin conexión. Lo que escribas espera aquí.',
    relayAwayDirect: (direct, total) =>
      direct === total
        ? 'Relé ausente. Todos con conexión directa.'
        : `Relé ausente. Conexión directa: ${number(direct)} de ${number(total)}.`,
    gaps: (count) => plural(count, { one: 'falta 1 mensaje', other: 'faltan # mensajes' }),
    members: (count, verified) =>
      `Miembros: ${plural(count, { one: '1 persona', other: '# personas' })}, ${number(verified)} comprobadas por ti`,
    hereNow: (count) => `${number(count)} aquí`,
    entering: 'De camino',
    removed: 'Ya no estás en esta sala',
  },

  path: {
    me: 'tú',
    direct: 'Conexión directa',
    relay: 'A través del relé',
    through: 'A través de otro miembro',
    throughName: (name) => `A través de ${name}`,
    here: 'Se llega por otros',
    reaching: 'Aún sin contacto',
    whyAway: '¿Por qué?',
    how: (name) => `: ¿cómo llego a ${name}?`,
    why: (name) => `: ¿por qué no llego a ${name}?`,
    rtt: (ms) => `${number(Math.round(ms))} ms`,
    programs: (count) => plural(count, { one: '1 ventana', other: '# ventanas' }),
    terminal: 'en un terminal',
  },

  people: {
    title: 'Personas',
    ring: (count, direct) =>
      `Dibujo de la sala: ${plural(count, { one: '1 persona', other: '# personas' })}, ${number(direct)} con conexión directa`,
    legend:
      'Una línea continua es una conexión directa, una punteada va por el relé, una fina por otro miembro. Sin línea: sin contacto.',
    here: 'Aquí ahora',
    keeper: { blind: 'guardián, no puede leer', reader: 'guardián que puede leer' },
    away: 'No están aquí',
    typing: 'está escribiendo',
    key: 'La marca y el color vienen de la clave. Alguien desconocido con el mismo nombre se ve distinto.',
    invite: 'Invitar a alguien',
  },

  timeline: {
    label: (room) => `Mensajes en ${room}`,
    beginning: (room) => `Aquí empieza ${room}`,
    beginningWith: (names) => `Aquí empieza tu sala con ${names}`,
    beginningTwo: (name) => `${name} y tú, y nadie más`,
    protection: 'Cifrado entre las personas de la sala. El relé pasa sobres sellados y no guarda ninguno.',
    older: 'Los mensajes anteriores están en camino',
    missing: (count) =>
      plural(count, {
        one: 'Falta 1 mensaje: nadie aquí lo tiene. Vuelve cuando alguien que lo tenga abra la sala.',
        other: 'Faltan # mensajes: nadie aquí los tiene. Vuelven cuando alguien que los tenga abra la sala.',
      }),
    newMessages: 'Nuevo',
    jump: 'Ir al mensaje más reciente',
    jumpUnread: (count) => plural(count, { one: '1 mensaje nuevo', other: '# mensajes nuevos' }),
    edited: 'editado',
    deleted: 'Este mensaje fue borrado',
    deletedMine: 'Borraste este mensaje',
    answeredMissing: 'Un mensaje que aún no está aquí',
    answeredDeleted: 'Un mensaje borrado',
    jumpToAnswered: (name) => `Ir al mensaje de ${name} al que esto responde`,
    message: (name, time) => `${name}, ${time}`,
    announce: (name, text) => `${name}: ${text}`,
    announceMany: (count) => plural(count, { one: '1 mensaje nuevo', other: '# mensajes nuevos' }),
    actions: 'Qué hacer con el mensaje',
    react: 'Reaccionar',
    reply: 'Responder',
    edit: 'Editar',
    remove: 'Borrar',
    copy: 'Copiar el texto',
    selectText: 'Seleccionar texto',
    more: 'Más',
    moreEmoji: 'Más emojis',
    copyCode: 'Copiar el código',
    copied: 'Copiado',
    code: 'Código',
    imageLink: (alt) => (alt === '' ? 'Imagen' : `Imagen: ${alt}`),
  },

  pins: {
    title: 'Mensajes fijados',
    pin: 'Fijar para todos',
    unpin: 'Dejar de fijar',
    pinned: 'Fijado',
    goTo: (name, text) => `Ir a lo fijado. ${name}: ${text}`,
    all: (count) => (count === 1 ? 'Ver' : `Los ${number(count)}`),
    allLabel: (count) => plural(count, { one: 'Ver el mensaje fijado', other: 'Ver los # mensajes fijados' }),
    by: (name) => `Lo fijó ${name}`,
    byMe: 'Lo fijaste tú',
    none: 'Ya no hay nada fijado.',
  },

  sent: {
    kinds: {
      picture: 'una imagen',
      film: 'un vídeo',
      voice: 'un mensaje de voz',
      sound: 'un sonido',
      other: 'un archivo',
    },
    named: (name) => `un archivo, ${name}`,
    many: (count) => plural(count, { one: '1 archivo', other: '# archivos' }),
  },

  remove: {
    title: '¿Borrar este mensaje?',
    body: 'Desaparece para todos cuyo Kith se entere. Quien ya lo haya leído quizá lo recuerde.',
    confirm: 'Borrar',
  },

  delivery: {
    label: 'Hasta dónde ha llegado este mensaje',
    waiting: 'Espera',
    sent: 'Enviado',
    stored: 'Guardado por otros',
    waitingLong: 'Espera en este dispositivo y sale en cuanto se pueda llegar a alguien.',
    sentLong: 'Ha salido de este dispositivo. Nadie ha dicho todavía que lo tiene.',
    storedLong: (people, keepers) => {
      const kept = plural(keepers, { one: 'lo conserva 1 guardián', other: 'lo conservan # guardianes' })
      if (people === 0) return `Nadie más lo tiene todavía, pero ${kept} para quien venga.`
      const held = plural(people, { one: '1 persona más lo tiene', other: '# personas más lo tienen' })
      return keepers === 0 ? `${held}.` : `${held}, y ${kept}.`
    },
    receipt: 'El relé firmó un recibo: vio este mensaje sellado, y cuándo.',
    noReceipt: 'No hay recibo de un relé; no lo necesita.',
  },

  composer: {
    label: (room) => `Mensaje a ${room}`,
    placeholder: (room) => `Mensaje a ${room}`,
    placeholderShort: 'Mensaje',
    send: 'Enviar',
    saveEdit: 'Guardar el cambio',
    emoji: 'Emojis',
    replyingTo: (name) => `Respuesta a ${name}`,
    editing: 'Editas tu mensaje',
    stopReply: 'No responder',
    stopEdit: 'No editar',
    typing: (names) => {
      if (names.length > 3) return 'Varias personas están escribiendo'
      return `${list(names)} ${names.length === 1 ? 'está' : 'están'} escribiendo`
    },
    youAre: (name) => `Aquí eres ${name}.`,
    changeName: 'Cambiar el nombre',
    refused: 'No se envió; sigue en el campo. Inténtalo de nuevo en un momento.',
    refusedFull: 'No se envió: el almacén de este navegador está lleno. Libera espacio e inténtalo de nuevo.',
    refusedLong: 'No se envió: es demasiado largo para un solo mensaje. Divídelo en dos.',
  },

  invite: {
    title: 'Invitar',
    lead: 'Quien tenga este enlace puede entrar y leer lo que se dijo antes.',
    aloneTitle: 'Has llegado antes que nadie',
    aloneTwo: (name) => `${name} recibe lo que escribas aquí en cuanto venga.`,
    aloneLead: 'Envía este enlace a quien deba venir. Es la única llave.',
    aloneMembers: 'Nadie entra si tú no lo dices. Haz una invitación para quien deba venir.',
    link: 'Enlace de esta sala',
    copy: 'Copiar el enlace',
    copied: 'Enlace copiado',
    share: 'Compartir',
    qr: 'Código QR del enlace',
    care: 'Envíalo solo por donde nadie más lo lea.',
    shareText: 'Ven a hablar',
    selectIt: 'Aquí no se permite copiar. El enlace está seleccionado: pulsa Ctrl+C.',
  },

  roomSettings: {
    title: 'Ajustes de la sala',
    sections: {
      names: 'Nombres',
      access: 'Quién entra',
      keeping: 'Relé y guardianes',
      leaving: 'Exportar y salir',
    },
    name: 'Cómo llamas a esta sala',
    nameHint: 'Solo lo ves tú.',
    yourName: 'Tu nombre en esta sala',
    yourNameHint: 'Los demás lo ven desde tu próximo mensaje.',
    open: 'Sala abierta: quien tenga el enlace puede leer y escribir.',
    relay: 'Relé',
    relayNone: 'Ninguno. Esta sala solo funciona entre personas con conexión directa.',
    relayAt: (host) => `Se reúne en ${host}`,
    relayStates: {
      connecting: 'llamando',
      up: 'conectado',
      away: 'no está; quienes ya están conectados siguen hablando',
      none: 'ninguno',
    },
    stored: 'En este dispositivo',
    storedKey: 'Cifrado con una clave que este navegador guarda y no entrega.',
    storedPassphrase: 'Cifrado con tu frase de paso.',
    storedPasskey: 'Cifrado con tu llave de acceso.',
    history: (have, gaps) =>
      `${plural(have, { one: '1 entrada', other: '# entradas' })}, ${plural(gaps, { one: '1 hueco', other: '# huecos' })}`,
    forget: 'Salir y olvidar',
    forgetHint: 'Borra esta sala de este dispositivo. Los demás la conservan; con el enlace puedes volver.',
    forgetTitle: (room) => `¿Salir de ${room}?`,
    forgetBody: 'Sus mensajes y tus borradores se borran de este dispositivo. Sin el enlace no hay vuelta atrás.',
    forgetMembersHint:
      'Borra esta sala de este dispositivo. Los demás siguen contando contigo; para volver necesitas otra invitación.',
    forgetMembersBody:
      'Sus mensajes, tus borradores y tu clave en esta sala se borran de este dispositivo. Sin otra invitación no hay vuelta atrás.',
    forgetConfirm: 'Salir y borrar',
  },

  exporting: {
    title: 'Exportar los mensajes',
    formats: { markdown: 'Como texto (Markdown)', json: 'Como datos (JSON)' },
    hint: 'Un archivo con lo que se muestra aquí, para guardarlo. No está cifrado: quien lo consiga puede leerlo.',
    done: 'Listo. El archivo está en tus descargas y no está cifrado.',
  },

  settings: {
    title: 'Ajustes',
    sections: {
      you: 'Tú',
      look: 'Aspecto e idioma',
      files: 'Archivos y espacio',
      devices: 'Dispositivos',
      privacy: 'Privacidad y cierre',
      about: 'Acerca de Kith',
    },
    isOn: 'Activados',
    isOff: 'Desactivados',
    isLocked: 'Cerrado',
    freeSpace: 'Liberar espacio',
    name: 'Tu nombre',
    nameHint: 'Para las salas que crees o a las que entres desde ahora.',
    theme: 'Aspecto',
    themes: { auto: 'Sistema', light: 'Claro', dark: 'Oscuro' },
    relayOnly: 'Ocultar mi dirección a los demás',
    relayOnlyHint: 'Todo pasa por el relé, nunca directamente. Es más lento, y sin el relé no funciona nada.',
    stored: 'En este dispositivo',
    storedKey:
      'Lo guardado aquí está cifrado con una clave que este navegador guarda y no entrega. Protege un disco copiado, no un ordenador desbloqueado.',
    storedPassphrase: 'Lo guardado aquí está cifrado con tu frase de paso.',
    storedPasskey: 'Lo guardado aquí está cifrado con tu llave de acceso.',
    storedBytes: (bytes) => `${intl.bytes(bytes)} en uso`,
    kept: 'El navegador ha prometido conservarlo.',
    mayBeCleared: 'El navegador puede borrarlo cuando falte espacio.',
    language: 'Idioma',
    languageAuto: 'Como el navegador',
  },

  about: {
    version: 'Versión',
    relay: 'Viene de',
    relayAt: (host) => `El relé en ${host}. Entrega esta página y ayuda a encontrarse; no guarda nada.`,
    licence: 'Licencia',
    licenceIs: 'MIT. Libre de usar, cambiar y alojar.',
  },

  unlock: {
    title: 'Kith está bloqueado',
    lead: 'Una frase de paso protege lo guardado en este navegador.',
    leadPasskey: 'Una llave de acceso protege lo guardado en este navegador.',
    usePasskey: 'Usar la llave de acceso',
    askingPasskey: 'Esperando la llave de acceso…',
    passkeyWrong: 'Esta llave de acceso no lo abre. Usa la que lo bloqueó.',
    passkeyFailed: 'La llave de acceso no respondió. Inténtalo de nuevo y confirma cuando el dispositivo pregunte.',
    forgottenPasskey:
      'Nada lo abre sin la llave de acceso. Si se perdió, borra en el navegador lo que este sitio ha guardado y vuelve por los enlaces de tus salas: los demás aún tienen los mensajes.',
    label: 'Frase de paso',
    open: 'Abrir',
    opening: 'Abriendo, tarda un segundo…',
    wrong: 'Esta frase no lo abre. Fíjate en mayúsculas y espacios e inténtalo de nuevo.',
    forgotten:
      'Nada lo abre sin la frase de paso. Si se perdió, borra en el navegador lo que este sitio ha guardado y vuelve por los enlaces de tus salas: los demás aún tienen los mensajes.',
  },

  lock: {
    title: 'Bloquear lo guardado aquí',
    byPassphrase: 'Bloqueado con una frase de paso.',
    byPasskey: 'Bloqueado con una llave de acceso.',
    setPasskey: 'Usar una llave de acceso',
    passkeySet: 'Hecho. La próxima vez que se abra Kith aquí, pedirá la llave de acceso.',
    passkeyFailed:
      'No se creó ninguna llave de acceso: este navegador o dispositivo no tiene una que bloquee, o se cerró la pregunta. Una frase de paso hace lo mismo.',
    after: 'Bloquear solo',
    afterMinutes: (minutes) =>
      minutes === 0
        ? 'Nunca'
        : minutes < 60
          ? plural(minutes, { one: 'Tras 1 minuto', other: 'Tras # minutos' })
          : plural(minutes / 60, { one: 'Tras 1 hora', other: 'Tras # horas' }),
    afterHint: 'Cuando nadie haya tocado Kith en ese tiempo, en ninguna de sus pestañas.',
    now: 'Bloquear ahora',
    hint: 'Con una frase de paso o una llave de acceso, quien se lleve este dispositivo con Kith cerrado no encuentra nada que leer. No ayuda mientras Kith está abierto, ni con una frase débil o un ordenador espiado, y nada recupera una perdida.',
    set: 'Poner una frase de paso',
    change: 'Cambiarla',
    remove: 'Quitarla',
    current: 'Frase de paso actual',
    next: 'Nueva frase, cuatro palabras o más',
    again: 'La nueva otra vez',
    differs: 'Las dos nuevas no son iguales. Escríbela dos veces, tal como la quieres.',
    wrong: 'Esa no es la frase actual. Fíjate en mayúsculas y espacios e inténtalo de nuevo.',
    notDone: 'No se pudo cambiar el bloqueo. Inténtalo de nuevo; si sigue igual, vuelve a cargar la página.',
    working: 'Tarda un segundo…',
    isSet: 'Hecho. La próxima vez que se abra Kith aquí, pedirá la frase de paso.',
    removed: 'Hecho. Desde ahora se abre sin frase de paso.',
  },

  protection: {
    title: 'Cómo protege Kith una sala',
    child: 'Lo que escribes va en un sobre que solo pueden abrir quienes tienen el enlace de la sala.',
    points: [
      'El secreto de una sala es la parte de su enlace que sigue al #. Los navegadores no envían esa parte a ningún servidor.',
      'Cada mensaje va cifrado con una clave hecha de ese secreto y firmado por quien lo escribió. Nadie puede cambiarlo sin que se note, tampoco alguien de la sala.',
      'El relé presenta a las personas y pasa mensajes sellados. Ve direcciones de red, tamaños y horas. No puede leer mensajes ni nombres, y no guarda nada.',
      'Quienes se conectan directamente conocen la dirección de red del otro. Hay un interruptor contra eso en los ajustes.',
      'Quien sirve esta página podría servir una cambiada. Por eso Kith pregunta antes de actualizarse.',
      'En una sala abierta no hay vuelta atrás: quien tuvo el enlace conserva lo que leyó.',
    ],
  },

  help: {
    title: 'Teclado',
    groups: {
      write: 'Escribir',
      read: 'Leer',
      move: 'Moverse',
    },
    send: 'Enviar',
    newline: 'Línea nueva',
    editLast: 'Editar tu último mensaje, con el campo vacío',
    cancel: 'Dejar de responder o editar',
    bold: 'Negrita, cursiva, código',
    mention: 'Llamar a alguien por su nombre',
    emoji: 'Emojis',
    toMessages: 'Del campo a los mensajes',
    walk: 'Recorrer los mensajes',
    ends: 'El más antiguo, el más reciente',
    reply: 'Responder',
    react: 'Reaccionar',
    edit: 'Editar uno tuyo',
    copy: 'Copiar su texto',
    remove: 'Borrar uno tuyo',
    toField: 'Volver al campo',
    rooms: 'Sala de arriba, de abajo',
    people: 'Personas',
    map: 'Mapa',
    invite: 'Invitar',
    files: 'Archivos',
    search: 'Buscar',
    help: 'Esta lista',
    markdownTitle: 'Dar forma al texto',
    markdown: '**negrita**, *cursiva*, `código`, > cita, - lista, ``` para un bloque de código',
    keys: {
      enter: 'Intro',
      shift: 'Mayús',
      alt: 'Alt',
      ctrl: 'Ctrl',
      esc: 'Esc',
      del: 'Supr',
      home: 'Inicio',
      end: 'Fin',
    },
  },

  emoji: {
    label: 'Emojis',
    search: 'Buscar un emoji (en inglés)',
    loading: 'Trayendo los emojis…',
    none: (search) => `Nada para «${search}»`,
    groups: {
      0: 'Caras y sentimientos',
      1: 'Personas',
      3: 'Animales y naturaleza',
      4: 'Comida y bebida',
      5: 'Viajes y lugares',
      6: 'Actividades',
      7: 'Cosas',
      8: 'Signos',
      9: 'Banderas',
    },
    quick: 'Reacciones',
  },

  notice: {
    deviceAdded: (name) =>
      `${name || 'Alguien'} tiene ahora otro dispositivo, que lee y escribe con ese nombre. Si no lo esperabas, pregunta por otro medio.`,
    deviceRemoved: (name) =>
      `${name || 'Alguien'} quitó uno de sus dispositivos. Lo que diga desde ahora no se muestra.`,
    dismiss: 'Entendido',
    unknown: 'Pasó algo poco habitual en esta sala. Sigue funcionando.',
    clockWrong: (about) =>
      about === undefined
        ? 'El reloj de este dispositivo parece ir mal. Los mensajes pueden salir en otro orden hasta que se ajuste.'
        : `El reloj de este dispositivo va mal por unos ${about}. Los mensajes pueden salir en otro orden hasta que se ajuste.`,
    relayKeyChanged: (about) =>
      `${about === undefined ? 'El relé' : `El relé ${about}`} tiene una clave nueva. Si quien lo lleva no lo anunció, quizá responda otro en su lugar. Tus mensajes siguen sellados en cualquier caso.`,
    relayRefused: () => 'El relé no deja entrar a esta sala ahora. Quienes tienen conexión directa siguen hablando.',
    unanswered: () =>
      'Hay miembros de esta sala aquí y no te responden. Quizá ya no eres miembro: pregúntale a uno por otro medio.',
    storeFull: () => 'En este navegador no queda sitio. Los mensajes nuevos se pueden leer pero no se guardan.',
    storeBroken: () => 'Algo de lo guardado aquí está dañado y se dejó fuera. Lo que tengan los demás vuelve solo.',
    forkFound: (about) =>
      `${about ?? 'Alguien'} envió dos historias distintas a personas distintas. Ambas se guardan como prueba, y lo que siguió está oculto.`,
    linkRefused: (about) =>
      `Se rechazó una conexión con ${about ?? 'alguien'} porque su prueba no coincidía. No se perdió nada.`,
    floodLimited: (about) =>
      `${about ?? 'Alguien'} envía más de lo que una sala puede llevar. Sus mensajes van más despacio.`,
  },
}
