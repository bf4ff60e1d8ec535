//! A client of the relay by the library snow, written from docs/relay-protocol.md: echoes, and says what it saw.
//!
//! Arguments: port, number of messages. Prints the identity of the relay, then one line for each echo.
use base64::Engine;
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use std::io::{Read, Write};
use std::net::TcpStream;

const NAME: &str = "Noise_XX_25519_ChaChaPoly_SHA256";
const SIGNED: &[u8] = b"signalbox-relay/1 identity\n";

fn send(stream: &mut TcpStream, payload: &[u8]) {
    let mut frame = (payload.len() as u32).to_be_bytes().to_vec();
    frame.extend_from_slice(payload);
    stream.write_all(&frame).expect("the relay reads");
}

fn receive(stream: &mut TcpStream) -> Vec<u8> {
    let mut length = [0u8; 4];
    stream.read_exact(&mut length).expect("a length");
    let mut payload = vec![0u8; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut payload).expect("a payload");
    payload
}

fn main() {
    let arguments: Vec<u32> = std::env::args().skip(1).map(|text| text.parse().unwrap()).collect();
    let mut stream = TcpStream::connect(("127.0.0.1", arguments[0] as u16)).expect("a relay");
    let preamble = format!("signalbox-relay/1 {NAME}");
    let builder = snow::Builder::new(NAME.parse().unwrap());
    let keys = builder.generate_keypair().unwrap();
    let mut handshake = builder
        .local_private_key(&keys.private)
        .prologue(preamble.as_bytes())
        .build_initiator()
        .unwrap();
    let mut buffer = vec![0u8; 65535];

    send(&mut stream, preamble.as_bytes());
    let size = handshake.write_message(&[], &mut buffer).unwrap();
    send(&mut stream, &buffer[..size]);
    let answer = receive(&mut stream);
    let size = handshake.read_message(&answer, &mut buffer).expect("a genuine answer");
    assert_eq!(size, 96);
    let mut signed = SIGNED.to_vec();
    signed.extend_from_slice(handshake.get_remote_static().unwrap());
    let relay = VerifyingKey::from_bytes(buffer[..32].try_into().unwrap()).unwrap();
    let signature = Signature::from_bytes(buffer[32..96].try_into().unwrap());
    relay.verify(&signed, &signature).expect("an identity that holds");
    println!("{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(relay.as_bytes()));

    let identity = SigningKey::from_bytes(&[7u8; 32]);
    let mut signed = SIGNED.to_vec();
    signed.extend_from_slice(&keys.public);
    let mut payload = identity.verifying_key().as_bytes().to_vec();
    payload.extend_from_slice(&identity.sign(&signed).to_bytes());
    let size = handshake.write_message(&payload, &mut buffer).unwrap();
    send(&mut stream, &buffer[..size]);
    let mut session = handshake.into_transport_mode().unwrap();

    let mut received: Vec<u8> = Vec::new();
    for number in 0..arguments[1] {
        let text = format!("from rust {number} ").repeat(if number == 0 { 9000 } else { 1 });
        let mut frame = (text.len() as u32).to_be_bytes().to_vec();
        frame.extend_from_slice(text.as_bytes());
        let last = number % 3 == 2;
        let parts: Vec<&[u8]> = frame.chunks(65518).collect();
        for (index, part) in parts.iter().enumerate() {
            let mut record = vec![u8::from(last && index + 1 == parts.len())];
            record.extend_from_slice(part);
            let size = session.write_message(&record, &mut buffer).unwrap();
            send(&mut stream, &buffer[..size]);
        }
        if last {
            session.rekey_outgoing();
        }
        while received.len() < 4 + text.len() {
            let record = receive(&mut stream);
            let size = session.read_message(&record, &mut buffer).expect("a genuine record");
            received.extend_from_slice(&buffer[1..size]);
            if buffer[0] == 1 {
                session.rekey_incoming();
            }
        }
        let echo: Vec<u8> = received.drain(..4 + text.len()).collect();
        println!("{}", if echo == frame { "same" } else { "other" });
    }
}
