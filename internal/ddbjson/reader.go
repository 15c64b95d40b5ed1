package ddbjson

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"iter"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// MaxLineBytes bounds a line read by [Reader], without its newline. An item
// of DynamoDB's largest size, 400 KB, stays well below it in any encoding.
const MaxLineBytes = 16 << 20

// Line is one item read by [Reader]. It belongs to the caller.
type Line struct {
	// Number counts all lines of the stream, blank and bad ones too, from 1.
	Number int
	// Item is nil if the line is bad.
	Item map[string]types.AttributeValue
	// Wrapped reports that the line was {"Item":{…}}; [AppendLine] writes
	// that form again.
	Wrapped bool
}

// LineError is the error of one bad line; the lines after it can still be
// read.
type LineError struct {
	Number int
	// Err wraps [ErrSyntax]; it is an [*Error].
	Err error
}

// Error returns line number and reason.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Number, e.Err) }

// Unwrap returns the reason.
func (e *LineError) Unwrap() error { return e.Err }

// ReadError says that the stream itself broke, for example a gzip file that
// is cut short. It ends the reading.
type ReadError struct {
	// Number is that of the first line that could not be read.
	Number int
	// Err is from the underlying reader or from gzip.
	Err error
}

// Error returns the line reached and the reason.
func (e *ReadError) Error() string { return fmt.Sprintf("reading line %d: %v", e.Number, e.Err) }

// Unwrap returns the reason.
func (e *ReadError) Unwrap() error { return e.Err }

const (
	readBufferBytes = 64 << 10
	gzipMagic       = "\x1f\x8b"
	byteOrderMark   = "\uFEFF"
)

var lineTooLong = fmt.Sprintf("line longer than %d bytes", MaxLineBytes)

// Reader streams items from JSON Lines: one item a line, plain or wrapped as
// for [UnmarshalLine]. Gzip, one member or several, is recognized by its
// magic bytes. Blank lines are skipped; a carriage return before the newline,
// a last line without a newline and a byte order mark at the start are
// accepted. Its memory does not grow with the stream: a line longer than
// [MaxLineBytes] is bad and is skipped without being held.
//
// A Reader is not safe for concurrent use.
type Reader struct {
	src    io.Reader
	in     *bufio.Reader // of the uncompressed text; nil before the first line
	buf    []byte        // holds a line that is longer than the buffer of in
	number int           // of the line read last
	done   bool          // the end was reached or reading failed
}

// NewReader returns a Reader of r. It reads nothing yet.
func NewReader(r io.Reader) *Reader { return &Reader{src: r} }

// Lines returns the lines not read yet, in order, one pair each. An error is
// either a [*LineError], after which the sequence goes on, or a [*ReadError],
// which is its last pair; Line.Number is set in both cases. When the loop is
// left early, the next call continues with the next line.
func (r *Reader) Lines() iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		for {
			line, err := r.next()
			if err == io.EOF {
				return
			}
			if !yield(line, err) {
				return
			}
		}
	}
}

func (r *Reader) next() (Line, error) {
	for {
		text, tooLong, err := r.readLine()
		line := Line{Number: r.number}
		if err != nil {
			return line, err
		}
		if tooLong {
			return line, &LineError{Number: r.number, Err: syntaxError(lineTooLong)}
		}
		if len(bytes.TrimLeft(text, " \t\r")) == 0 {
			continue
		}
		line.Item, line.Wrapped, err = UnmarshalLine(text)
		if err != nil {
			return line, &LineError{Number: r.number, Err: err}
		}
		return line, nil
	}
}

// readLine returns the next line without its newline, valid until the next
// call, io.EOF after the last line, or a [*ReadError].
func (r *Reader) readLine() (text []byte, tooLong bool, err error) {
	if r.done {
		return nil, false, io.EOF
	}
	r.number++
	if r.in == nil {
		if r.in, err = open(r.src); err != nil {
			return nil, false, r.fail(err)
		}
	}
	text = r.buf[:0]
	for {
		part, err := r.in.ReadSlice('\n')
		if err == io.EOF {
			r.done = true
			if len(part) == 0 && len(text) == 0 && !tooLong {
				return nil, false, io.EOF
			}
		} else if err != nil && err != bufio.ErrBufferFull {
			return nil, false, r.fail(err)
		}
		complete := err != bufio.ErrBufferFull
		part = bytes.TrimSuffix(part, []byte("\n"))

		switch {
		case tooLong || len(text)+len(part) > MaxLineBytes:
			text, tooLong = text[:0], true
		case complete && len(text) == 0:
			text = part
		default:
			text = append(text, part...)
			r.buf = text
		}
		if complete {
			if r.number == 1 {
				text = bytes.TrimPrefix(text, []byte(byteOrderMark))
			}
			return text, tooLong, nil
		}
	}
}

func (r *Reader) fail(err error) error {
	r.done = true
	return &ReadError{Number: r.number, Err: err}
}

// open returns a reader of the text in src, uncompressed if it is gzip.
func open(src io.Reader) (*bufio.Reader, error) {
	in := bufio.NewReaderSize(src, readBufferBytes)
	magic, err := in.Peek(len(gzipMagic))
	if err != nil && err != io.EOF {
		return nil, err
	}
	if string(magic) != gzipMagic {
		return in, nil
	}
	unzipped, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	return bufio.NewReaderSize(unzipped, readBufferBytes), nil
}
