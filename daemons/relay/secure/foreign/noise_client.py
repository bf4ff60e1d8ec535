"""A client of the relay by the library noiseprotocol, written from docs/relay-protocol.md: echoes, and says what it saw.

Arguments: port, number of messages. Prints the identity of the relay, then one line for each echo.
"""
import base64
import socket
import struct
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from noise.connection import Keypair, NoiseConnection

NAME = b"Noise_XX_25519_ChaChaPoly_SHA256"
PREAMBLE = b"signalbox-relay/1 " + NAME
SIGNED = b"signalbox-relay/1 identity\n"

port, messages = int(sys.argv[1]), int(sys.argv[2])
connection = socket.create_connection(("127.0.0.1", port))


def send(payload):
    connection.sendall(struct.pack(">I", len(payload)) + payload)


def exactly(size):
    got = b""
    while len(got) < size:
        more = connection.recv(size - len(got))
        if not more:
            raise SystemExit("the relay closed the connection")
        got += more
    return got


def receive():
    return exactly(struct.unpack(">I", exactly(4))[0])


identity = Ed25519PrivateKey.generate()
static = X25519PrivateKey.generate()
session = NoiseConnection.from_name(NAME)
session.set_as_initiator()
session.set_prologue(PREAMBLE)
session.set_keypair_from_private_bytes(Keypair.STATIC, static.private_bytes_raw())
session.start_handshake()
send(PREAMBLE)
send(bytes(session.write_message()))
handshake = session.noise_protocol.handshake_state
payload = bytes(session.read_message(receive()))
relay_static = handshake.rs.public_bytes
Ed25519PublicKey.from_public_bytes(payload[:32]).verify(payload[32:], SIGNED + relay_static)
print(base64.urlsafe_b64encode(payload[:32]).decode().rstrip("="))
own = identity.public_key().public_bytes_raw()
send(bytes(session.write_message(own + identity.sign(SIGNED + static.public_key().public_bytes_raw()))))

stream = b""


def rekey(cipher):
    # What the specification says, by hand: the library's own differs between versions.
    nonce = (2**64 - 1).to_bytes(8, "little")
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    cipher.k = ChaCha20Poly1305(cipher.k).encrypt(b"\0" * 4 + nonce, b"\0" * 32, b"")[:32]
    cipher.cipher.initialize(cipher.k)


for number in range(messages):
    text = f"from python {number} ".encode() * (1 if number else 9000)
    frame = struct.pack(">I", len(text)) + text
    last = number % 3 == 2
    while frame:
        part, frame = frame[:65518], frame[65518:]
        ends = last and not frame
        send(bytes(session.encrypt((b"\x01" if ends else b"\x00") + part)))
    if last:
        rekey(session.noise_protocol.cipher_state_encrypt)
    while len(stream) < 4 or len(stream) < 4 + struct.unpack(">I", stream[:4])[0]:
        record = bytes(session.decrypt(receive()))
        stream += record[1:]
        if record[0] == 1:
            rekey(session.noise_protocol.cipher_state_decrypt)
    size = struct.unpack(">I", stream[:4])[0]
    echo, stream = stream[4 : 4 + size], stream[4 + size :]
    print("same" if echo == text else "other")
