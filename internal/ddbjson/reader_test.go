package ddbjson

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	textX = `{"id":{"S":"x"}}`
	textY = `{"id":{"S":"y"}}`
)

// summary is what one pair of Lines says, in one string: number, then the id
// of the item and whether it was wrapped, or the kind of error.
func summary(line Line, err error) string {
	var bad *LineError
	var broken *ReadError
	switch {
	case errors.As(err, &bad):
		return fmt.Sprintf("%d bad, says %d", line.Number, bad.Number)
	case errors.As(err, &broken):
		return fmt.Sprintf("%d broken, says %d", line.Number, broken.Number)
	case err != nil:
		return "an error of another type"
	}
	id, _ := line.Item["id"].(*avS)
	s := fmt.Sprintf("%d ", line.Number)
	if id != nil {
		s += id.Value
	}
	if line.Wrapped {
		s += " wrapped"
	}
	return s
}

func summaries(r io.Reader) []string {
	got := []string{}
	for line, err := range NewReader(r).Lines() {
		got = append(got, summary(line, err))
	}
	return got
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

// padded returns an item with id x as a line of the given length.
func padded(length int) string {
	return textX + strings.Repeat(" ", length-len(textX))
}

func TestReader(t *testing.T) {
	tests := []struct {
		name string
		text string
		want []string
	}{
		{"nothing", "", []string{}},
		{"one line", textX + "\n", []string{"1 x"}},
		{"a last line without newline", textX + "\n" + textY, []string{"1 x", "2 y"}},
		{"carriage returns", textX + "\r\n" + textY + "\r\n", []string{"1 x", "2 y"}},
		{"blank lines", "\n \t\r\n" + textX + "\n\r\n\n" + textY + "\n\n", []string{"3 x", "6 y"}},
		{"only blank lines", "\n\n", []string{}},
		{"a byte order mark", "\ufeff" + textX + "\n" + textY + "\n", []string{"1 x", "2 y"}},
		{"a byte order mark before a blank line", "\ufeff\n" + textX + "\n", []string{"2 x"}},
		{"a byte order mark elsewhere", textX + "\n\ufeff" + textY + "\n", []string{"1 x", "2 bad, says 2"}},
		{"two byte order marks", "\ufeff\ufeff" + textX + "\n", []string{"1 bad, says 1"}},
		{"wrapped and plain items", `{"Item":` + textX + "}\n" + textY + "\n", []string{"1 x wrapped", "2 y"}},
		{"a plain item with an attribute Item", `{"Item":{"S":"z"}}` + "\n", []string{"1 "}},
		{"a bad line between good ones", textX + "\n{\n" + textY + "\n", []string{"1 x", "2 bad, says 2", "3 y"}},
		{"two items on a line", textX + textY + "\n" + textY, []string{"1 bad, says 1", "2 y"}},
		{"an item over two lines", "{\"id\":\n{\"S\":\"x\"}}\n" + textY, []string{"1 bad, says 1", "2 bad, says 2", "3 y"}},
		{"one byte that could begin gzip", "\x1f", []string{"1 bad, says 1"}},
		{"the longest line", padded(MaxLineBytes) + "\n" + textY, []string{"1 x", "2 y"}},
		{"the longest line, last", padded(MaxLineBytes), []string{"1 x"}},
		{"a line too long", padded(MaxLineBytes+1) + "\n" + textY, []string{"1 bad, says 1", "2 y"}},
		{"a line too long, last", textY + "\n" + padded(MaxLineBytes+1), []string{"1 y", "2 bad, says 2"}},
		{"a blank line too long", strings.Repeat(" ", MaxLineBytes+1) + "\n" + textY, []string{"1 bad, says 1", "2 y"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, summaries(strings.NewReader(tt.text)))
		})
		if len(tt.text) < readBufferBytes {
			t.Run(tt.name+", gzip", func(t *testing.T) {
				assert.Equal(t, tt.want, summaries(strings.NewReader(gzipped(t, tt.text))))
			})
			t.Run(tt.name+", byte by byte", func(t *testing.T) {
				assert.Equal(t, tt.want, summaries(iotest.OneByteReader(strings.NewReader(tt.text))))
				assert.Equal(t, tt.want, summaries(iotest.DataErrReader(strings.NewReader(tt.text))))
			})
		}
	}
}

func TestReaderReadsGzipMembersAsOneStream(t *testing.T) {
	text := gzipped(t, textX+"\n"+textY[:5]) + gzipped(t, "") + gzipped(t, textY[5:]+"\n"+textX)
	assert.Equal(t, []string{"1 x", "2 y", "3 x"}, summaries(strings.NewReader(text)))
}

func TestReaderReportsABrokenStream(t *testing.T) {
	zipped := gzipped(t, textX+"\n"+textY+"\n")
	flipped := []byte(zipped)
	flipped[len(flipped)-8] ^= 1 // the checksum

	tests := []struct {
		name  string
		in    io.Reader
		want  []string
		cause error
	}{
		{"gzip cut in the header", strings.NewReader(zipped[:5]), []string{"1 broken, says 1"}, io.ErrUnexpectedEOF},
		{"gzip cut after the magic", strings.NewReader(zipped[:2]), []string{"1 broken, says 1"}, io.ErrUnexpectedEOF},
		{"gzip cut in the trailer", strings.NewReader(zipped[:len(zipped)-1]), []string{"1 x", "2 y", "3 broken, says 3"}, io.ErrUnexpectedEOF},
		{"gzip with a wrong checksum", bytes.NewReader(flipped), []string{"1 x", "2 y", "3 broken, says 3"}, gzip.ErrChecksum},
		{"gzip cut in the second member", strings.NewReader(zipped + zipped[:5]), []string{"1 x", "2 y", "3 broken, says 3"}, io.ErrUnexpectedEOF},
		{"gzip with rubbish behind", strings.NewReader(zipped + "this is not gzip"), []string{"1 x", "2 y", "3 broken, says 3"}, gzip.ErrHeader},
		{"an error at once", iotest.ErrReader(iotest.ErrTimeout), []string{"1 broken, says 1"}, iotest.ErrTimeout},
		{"an error in a line", io.MultiReader(strings.NewReader(textX+"\n"+textY[:5]), iotest.ErrReader(iotest.ErrTimeout)), []string{"1 x", "2 broken, says 2"}, iotest.ErrTimeout},
		{"an error in a line too long", io.MultiReader(strings.NewReader(textX+"\n"+padded(MaxLineBytes+9)), iotest.ErrReader(iotest.ErrTimeout)), []string{"1 x", "2 broken, says 2"}, iotest.ErrTimeout},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := NewReader(tt.in)
			got := []string{}
			var last error
			for line, err := range r.Lines() {
				got = append(got, summary(line, err))
				last = err
			}
			assert.Equal(t, tt.want, got)
			assert.ErrorIs(t, last, tt.cause)
			assert.NotErrorIs(t, last, ErrSyntax)
			for range r.Lines() {
				t.Error("a broken stream was read on")
			}
		})
	}
}

func TestReaderReportsCorruptedData(t *testing.T) {
	var text strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&text, "{\"id\":{\"S\":\"%d\"}}\n", i*i)
	}
	zipped := []byte(gzipped(t, text.String()))
	cut := zipped[:len(zipped)/2]
	good := 0
	var last error
	for line, err := range NewReader(bytes.NewReader(cut)).Lines() {
		if last = err; err == nil {
			good++
			assert.Equal(t, good, line.Number)
		}
	}
	var broken *ReadError
	require.ErrorAs(t, last, &broken)
	assert.ErrorIs(t, last, io.ErrUnexpectedEOF)
	assert.Equal(t, good+1, broken.Number)
	assert.Greater(t, good, 1000)
	assert.EqualError(t, last, fmt.Sprintf("reading line %d: unexpected EOF", good+1))
}

func TestLineErrorHasItsNumberApartFromTheReason(t *testing.T) {
	for line, err := range NewReader(strings.NewReader("\n" + `{"a":{"S":1}}`)).Lines() {
		var bad *LineError
		require.ErrorAs(t, err, &bad)
		assert.Nil(t, line.Item)
		assert.Equal(t, 2, bad.Number)
		assert.EqualError(t, bad.Err, `attribute "a": want a string, got a number`)
		assert.EqualError(t, err, `line 2: attribute "a": want a string, got a number`)
		assert.ErrorIs(t, err, ErrSyntax)
	}
}

func TestLinesContinuesAfterAnEarlyStop(t *testing.T) {
	r := NewReader(strings.NewReader(textX + "\nbad\n" + textY))
	for line, err := range r.Lines() {
		assert.Equal(t, "1 x", summary(line, err))
		break
	}
	got := []string{}
	for line, err := range r.Lines() {
		got = append(got, summary(line, err))
	}
	assert.Equal(t, []string{"2 bad, says 2", "3 y"}, got)
}

// repeat reads as text, again and again.
type repeat struct {
	text string
	at   int
}

func (r *repeat) Read(p []byte) (int, error) {
	n := copy(p, r.text[r.at:])
	r.at = (r.at + n) % len(r.text)
	return n, nil
}

func heapInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestReaderMemoryDoesNotGrow(t *testing.T) {
	const limit = 4 << 20
	line := `{"id":{"S":"` + strings.Repeat("x", 8000) + `"},"n":{"N":"1"}}` + "\n"

	t.Run("with the number of lines", func(t *testing.T) {
		const lines = 10_000
		in := io.LimitReader(&repeat{text: line}, int64(lines*len(line)))
		before, number := heapInUse(), 0
		for line, err := range NewReader(in).Lines() {
			require.NoError(t, err)
			require.Len(t, line.Item, 2)
			if number = line.Number; number%(lines/4) == 0 {
				assert.Less(t, heapInUse(), before+limit)
			}
		}
		assert.Equal(t, lines, number)
	})
	t.Run("with the length of a line", func(t *testing.T) {
		long := io.LimitReader(&repeat{text: strings.Repeat("x", readBufferBytes)}, 256<<20)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := summaries(io.MultiReader(long, strings.NewReader("\n"+textY)))
		runtime.ReadMemStats(&after)
		assert.Equal(t, []string{"1 bad, says 1", "2 y"}, got)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8*MaxLineBytes), "all allocations, freed or not")
	})
}
