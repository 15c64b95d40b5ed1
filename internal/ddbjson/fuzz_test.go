package ddbjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzUnmarshalLine checks that what is read is written as text that reads as
// the same item and is written the same way again, that all of it is JSON to
// encoding/json too, and that a refusal is an Error.
func FuzzUnmarshalLine(f *testing.F) {
	for _, tt := range goodItems {
		f.Add([]byte(tt.text))
		f.Add([]byte(`{"Item":` + tt.text + `}`))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		got, wrapped, err := UnmarshalLine(data)
		require.Equal(t, before, data)
		if err != nil {
			var e *Error
			require.ErrorAs(t, err, &e)
			require.True(t, errors.Is(err, ErrSyntax))
			require.Nil(t, got)
			return
		}
		require.True(t, json.Valid(data))

		line, err := AppendLine(nil, got, wrapped)
		require.NoError(t, err)
		require.True(t, json.Valid(line))
		require.Equal(t, 1, bytes.Count(line, []byte("\n")))

		again, wrappedAgain, err := UnmarshalLine(line)
		require.NoError(t, err)
		assert.Equal(t, got, again)
		assert.Equal(t, wrapped, wrappedAgain)
		lineAgain, err := AppendLine(nil, again, wrappedAgain)
		require.NoError(t, err)
		assert.Equal(t, string(line), string(lineAgain))

		other, err := AppendLine(nil, got, !wrapped)
		require.NoError(t, err)
		unwrapped, otherWrapped, err := UnmarshalLine(other)
		require.NoError(t, err)
		assert.Equal(t, got, unwrapped)
		assert.Equal(t, !wrapped, otherWrapped, "no text is both a plain and a wrapped item")
	})
}

// FuzzReader checks that any stream, gzip too, comes to an end with line
// numbers that rise and errors of the two known types.
func FuzzReader(f *testing.F) {
	f.Add([]byte("\ufeff" + textX + "\r\n\n" + `{"Item":` + textY + "}\nbad\n" + textX))
	f.Fuzz(func(t *testing.T, data []byte) {
		last, broken := 0, false
		for line, err := range NewReader(bytes.NewReader(data)).Lines() {
			require.False(t, broken, "a broken stream was read on")
			require.Greater(t, line.Number, last)
			last = line.Number
			var bad *LineError
			switch {
			case errors.As(err, &bad):
				require.Equal(t, line.Number, bad.Number)
				require.ErrorIs(t, err, ErrSyntax)
			case err != nil:
				var e *ReadError
				require.ErrorAs(t, err, &e)
				broken = true
			}
			require.Equal(t, err == nil, line.Item != nil)
		}
	})
}
