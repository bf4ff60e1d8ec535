/** What a client sent, as a parameter of the reply that complains about it. Called by commands and modes. */

/** `text` where it can stand before other parameters, else `*`: nothing, a space or a leading colon would shift them. */
export function replyParameter(text: string): string {
  return text === '' || text.includes(' ') || text.startsWith(':') ? '*' : text;
}

/** An address as a parameter: one that starts with a colon would end the parameters of a reply. */
export function addressParameter(address: string): string {
  return address.startsWith(':') ? `0${address}` : address;
}
