package tlv

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"
)

// Writer writes serializations from Go values, without attribute values. Once it has
// failed, what it wrote is of no use: the value is one that [Append] refuses, too.
type Writer struct {
	text   strings.Builder
	failed bool
}

// Grow makes room for n more bytes.
func (w *Writer) Grow(n int) { w.text.Grow(n) }

// Len returns how many bytes were written.
func (w *Writer) Len() int { return w.text.Len() }

// From returns what was written from a position on. It stays the same when more is
// written.
func (w *Writer) From(start int) string { return w.text.String()[start:] }

// Failed reports whether a value was refused.
func (w *Writer) Failed() bool { return w.failed }

func (w *Writer) tag(tag byte) {
	w.text.WriteByte(0)
	w.text.WriteByte(tag)
}

func (w *Writer) header(tag byte, n int) {
	w.tag(tag)
	var length [lengthSize]byte
	binary.BigEndian.PutUint32(length[:], uint32(n))
	w.text.Write(length[:])
}

// Null writes NULL.
func (w *Writer) Null() { w.tag(tagNull) }

// Bool writes a BOOL.
func (w *Writer) Bool(v bool) {
	w.tag(tagBool)
	w.text.WriteByte(boolByte(v))
}

// String writes a string.
func (w *Writer) String(s string) {
	w.failed = w.failed || !utf8.ValidString(s)
	w.header(tagString, len(s))
	w.text.WriteString(s)
}

// StringBytes writes a string.
func (w *Writer) StringBytes(s []byte) {
	w.failed = w.failed || !utf8.Valid(s)
	w.header(tagString, len(s))
	w.text.Write(s)
}

// Bytes writes binary.
func (w *Writer) Bytes(b []byte) {
	w.header(tagBinary, len(b))
	w.text.Write(b)
}

// Number writes a number, of digits that may be not in normal form.
func (w *Writer) Number(digits string) {
	n, err := parseNumber(digits)
	w.failed = w.failed || err != nil
	var room [maxNumberText]byte
	normal := room[:0]
	if err == nil {
		normal = n.append(normal)
	}
	w.header(tagNumber, len(normal))
	w.text.Write(normal)
}

// Digits writes a number that is in normal form.
func (w *Writer) Digits(normal []byte) {
	w.header(tagNumber, len(normal))
	w.text.Write(normal)
}

// Raw writes a serialization.
func (w *Writer) Raw(data []byte) { w.text.Write(data) }

// List begins a list: n values are to follow.
func (w *Writer) List(n int) { w.header(tagList, n) }

// Map begins a map: n keys, each a string and in UTF8Order, and their values are to
// follow.
func (w *Writer) Map(n int) { w.header(tagMap, n) }
