//! Several texts as one `.zip`, the same bytes for the same texts.
//!
//! Stored without compression, as the format has it since PKZIP 2.0
//! (APPNOTE 4.3 to 4.5). Of the crates, `zip` adds 44 kB to the page and
//! `rawzip` brings a table of 16 KiB for its checksum.

/// 1980-01-01, 00:00: the first moment that the format can name, as DOS date
/// and time.
const DATE: u16 = 0x0021;
const TIME: u16 = 0;
/// What a reader needs: version 2.0.
const VERSION: u16 = 20;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
/// Made on Unix, whose permissions stand in the upper half of the attributes.
const MADE_BY: u16 = (3 << 8) | VERSION;
/// A regular file, `rw-r--r--`.
const ATTRIBUTES: u32 = 0o100_644 << 16;

/// A name or a text is too long, or there are too many, for the format
/// without its extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too large for a zip file")]
pub struct TooLarge;

/// A zip file of texts by name, in the given order. Names are relative paths
/// with `/`, each given once.
pub fn zip<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Vec<u8>, TooLarge> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    let mut count: u16 = 0;
    for (name, text) in files {
        let offset = u32_from(archive.len())?;
        let common = entry(name, text)?;
        put32(&mut archive, 0x0403_4b50);
        archive.extend(&common);
        archive.extend(name.bytes());
        archive.extend(text.bytes());

        put32(&mut directory, 0x0201_4b50);
        put16(&mut directory, MADE_BY);
        directory.extend(&common);
        // No comment, the first and only disk, no attributes of the content.
        directory.extend([0; 6]);
        put32(&mut directory, ATTRIBUTES);
        put32(&mut directory, offset);
        directory.extend(name.bytes());
        count = count.checked_add(1).ok_or(TooLarge)?;
    }
    let start = u32_from(archive.len())?;
    let length = u32_from(directory.len())?;
    archive.extend(&directory);
    put32(&mut archive, 0x0605_4b50);
    // The first and only disk.
    archive.extend([0; 4]);
    put16(&mut archive, count);
    put16(&mut archive, count);
    put32(&mut archive, length);
    put32(&mut archive, start);
    // No comment.
    put16(&mut archive, 0);
    Ok(archive)
}

/// What the header of a file and its entry in the directory have in common.
fn entry(name: &str, text: &str) -> Result<Vec<u8>, TooLarge> {
    let size = u32_from(text.len())?;
    let mut header = Vec::new();
    put16(&mut header, VERSION);
    put16(&mut header, FLAGS);
    // Stored.
    put16(&mut header, 0);
    put16(&mut header, TIME);
    put16(&mut header, DATE);
    put32(&mut header, crc32(text.as_bytes()));
    // Compressed and not.
    put32(&mut header, size);
    put32(&mut header, size);
    put16(
        &mut header,
        u16::try_from(name.len()).map_err(|_| TooLarge)?,
    );
    // No extra fields.
    put16(&mut header, 0);
    Ok(header)
}

fn put16(bytes: &mut Vec<u8>, number: u16) {
    bytes.extend(number.to_le_bytes());
}

fn put32(bytes: &mut Vec<u8>, number: u32) {
    bytes.extend(number.to_le_bytes());
}

fn u32_from(number: usize) -> Result<u32, TooLarge> {
    u32::try_from(number).map_err(|_| TooLarge)
}

/// CRC-32 as in IEEE 802.3, bit by bit: the texts are small, a table is not.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            let polynomial = if crc & 1 == 1 { 0xEDB8_8320 } else { 0 };
            (crc >> 1) ^ polynomial
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::process::Command;

    #[test]
    fn the_checksum_is_crc32() {
        // The check value of the catalogue of CRC algorithms.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn names_that_are_too_long_are_refused() {
        let name = "a".repeat(1 << 16);
        assert_eq!(zip([(name.as_str(), "")]), Err(TooLarge));
    }

    #[test]
    fn the_same_texts_give_the_same_bytes() {
        let files = [("a.yaml", "a: 1\n"), ("b.yaml", "")];
        assert_eq!(zip(files), zip(files));
        assert_eq!(zip([]).unwrap().len(), 22);
    }

    /// Python's reader checks signatures, offsets and checksums.
    #[test]
    fn python_reads_every_file_back() {
        let files = [
            ("00-namespace-mlflow.yaml", "kind: Namespace\n"),
            ("sub/größe.yaml", "größe: ✓\n"),
            ("empty.yaml", ""),
        ];
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&zip(files).unwrap()).unwrap();
        let program = "\
import json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
print(json.dumps([[i.filename, archive.read(i).decode(), list(i.date_time), i.external_attr >> 16, i.compress_type] for i in archive.infolist()], ensure_ascii=True))
";
        let output = Command::new("python3")
            .args(["-c", program])
            .arg(file.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let read: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let expected: Vec<_> = files
            .iter()
            .map(|(name, text)| {
                serde_json::json!([name, text, [1980, 1, 1, 0, 0, 0], 0o100_644, 0])
            })
            .collect();
        assert_eq!(read, serde_json::json!(expected));
    }
}
