use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::{sleep, timeout};

const KEYS: &str = "0123456789*#ABCD";

/// The voice of the telephone.
pub(crate) struct Media {
    pub(crate) socket: UdpSocket,
    pub(crate) ssrc: u32,
    pub(crate) payload_type: u8,
    sequence: u16,
    timestamp: u32,
}

impl Media {
    pub(crate) async fn new() -> Self {
        Self::at("127.0.0.1:0").await
    }

    pub(crate) async fn at(address: &str) -> Self {
        Self {
            socket: UdpSocket::bind(address).await.unwrap(),
            ssrc: 77,
            payload_type: 101,
            sequence: 0,
            timestamp: 0,
        }
    }

    pub(crate) fn sdp(&self) -> String {
        self.sdp_with("RTP/AVP", "a=sendrecv\r\n")
    }

    pub(crate) fn sdp_with(&self, profile: &str, more: &str) -> String {
        let address = self.socket.local_addr().unwrap();
        format!(
            "v=0\r\no=phone 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} {profile} 0 {events}\r\n\
             a=rtpmap:{events} telephone-event/8000\r\n{more}",
            ip = address.ip(),
            port = address.port(),
            events = self.payload_type,
        )
    }

    /// Of a telephone that knows no keys but tones.
    pub(crate) fn sdp_without_events(&self) -> String {
        let address = self.socket.local_addr().unwrap();
        format!(
            "v=0\r\no=phone 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0\r\na=sendrecv\r\n",
            ip = address.ip(),
            port = address.port(),
        )
    }

    /// Waits until the call speaks; says where it speaks from.
    pub(crate) async fn hear(&self) -> SocketAddr {
        let mut buffer = [0; 2048];
        let heard = timeout(Duration::from_secs(10), self.socket.recv_from(&mut buffer)).await;
        heard.expect("the call speaks").unwrap().1
    }

    /// Hears until `wait` is over, and returns the keys that came as events.
    pub(crate) async fn keys(&self, wait: Duration) -> String {
        let mut keys = String::new();
        let mut last = None;
        let _ = timeout(wait, async {
            let mut buffer = [0; 2048];
            while let Ok((length, _)) = self.socket.recv_from(&mut buffer).await {
                let stamp = &buffer[4..8];
                if buffer[1] & 0x7f == self.payload_type && length == 16 && last != Some(stamp.to_vec()) {
                    last = Some(stamp.to_vec());
                    keys.extend(KEYS.chars().nth(buffer[12].into()));
                }
            }
        })
        .await;
        keys
    }

    /// Presses keys as a good telephone does, 200 ms each.
    pub(crate) async fn press(&mut self, to: SocketAddr, keys: &str) {
        for key in keys.chars() {
            for packet in self.packets(key) {
                self.socket.send_to(&packet, to).await.unwrap();
                sleep(Duration::from_millis(15)).await;
            }
            sleep(Duration::from_millis(80)).await;
        }
    }

    /// Speaks for a second, in which keys are pressed as tones of 100 ms each.
    pub(crate) async fn play(&mut self, to: SocketAddr, keys: &str) {
        let mut samples = vec![0.0; 1600];
        for key in keys.chars() {
            let (low, high) = tones(key);
            samples.extend((0..800_u16).map(|place| {
                let radians = f64::from(place) / 8000.0 * std::f64::consts::TAU;
                5000.0 * ((radians * low).sin() + (radians * high).sin())
            }));
            samples.resize(samples.len() + 800, 0.0);
        }
        samples.resize(samples.len().max(8000), 0.0);
        for voice in samples.chunks(160) {
            self.sequence += 1;
            self.timestamp += 160;
            let mut packet = vec![0x80, 0];
            packet.extend(self.sequence.to_be_bytes());
            packet.extend(self.timestamp.to_be_bytes());
            packet.extend(self.ssrc.to_be_bytes());
            #[expect(clippy::cast_possible_truncation, reason = "at most 10,000")]
            packet.extend(
                voice
                    .iter()
                    .map(|sample| audio_codec_algorithms::encode_ulaw(*sample as i16)),
            );
            self.socket.send_to(&packet, to).await.unwrap();
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// The packets of a key: five while it is held, three of its end.
    pub(crate) fn packets(&mut self, key: char) -> Vec<Vec<u8>> {
        let event = u8::try_from(KEYS.find(key).unwrap()).unwrap();
        self.timestamp += 1600;
        (1..=8_u16)
            .map(|step| {
                self.sequence += 1;
                let end = if 5 < step { 0x80 } else { 0 };
                let mut packet = vec![0x80, self.payload_type];
                packet.extend(self.sequence.to_be_bytes());
                packet.extend(self.timestamp.to_be_bytes());
                packet.extend(self.ssrc.to_be_bytes());
                packet.extend([event, end | 0x0a]);
                packet.extend((160 * step.min(5)).to_be_bytes());
                packet
            })
            .collect()
    }
}

/// The two frequencies of a key, in Hz.
fn tones(key: char) -> (f64, f64) {
    const ROWS: [&str; 4] = ["123A", "456B", "789C", "*0#D"];
    let (row, column) = ROWS
        .iter()
        .enumerate()
        .find_map(|(row, keys)| Some((row, keys.find(key)?)))
        .unwrap();
    (
        [697.0, 770.0, 852.0, 941.0][row],
        [1209.0, 1336.0, 1477.0, 1633.0][column],
    )
}
