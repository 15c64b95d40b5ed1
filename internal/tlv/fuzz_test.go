package tlv

import (
	"bytes"
	"crypto/sha256"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// checkDecode compares Decode, and what follows from it, with the reference.
func checkDecode(t *testing.T, data []byte) {
	t.Helper()
	stored := bytes.Clone(data)
	got, err := Decode(data, string(data))
	want, wantErr := referenceDecode(data)
	require.Equal(t, wantErr == nil, err == nil, "%x: %v", data, err)
	require.Equal(t, stored, data, "decoding changed its input")
	var d Decoder
	require.Equal(t, err, d.Check(data, string(data)))
	if err != nil {
		require.Nil(t, got)
		return
	}
	require.Equal(t, want, got)
	require.Equal(t, want, Plain(&Serialized{Text: string(data)}))
	require.Equal(t, len(data), Raw(string(data)+"more").size())
	size, err := Size(got)
	require.NoError(t, err)
	for _, o := range orders {
		canonical := referenceEncode(want, o.order) // data itself if it was in this order
		require.Len(t, canonical, size)
		decoded, err := Decode(canonical, string(canonical))
		require.NoError(t, err)
		require.Equal(t, want, decoded)
		again, err := Append(nil, got, o.order)
		sum, sumErr := NewHasher().Sum(nil, got, o.order)
		if hasEmptySet(want) { // read, but not written
			require.ErrorIs(t, err, errEmptySet)
			require.ErrorIs(t, sumErr, errEmptySet)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, canonical, again)
		require.NoError(t, sumErr)
		require.Equal(t, sha256.Sum256(again), [32]byte(sum))
	}
	require.Equal(t, stored, data, "encoding changed the decoded bytes")
}

func FuzzDecode(f *testing.F) {
	for _, c := range goldenCases {
		for _, o := range orders {
			data, err := Append(nil, c.value, o.order)
			require.NoError(f, err)
			f.Add(data)
		}
	}
	for _, c := range emptySets {
		f.Add(decodeHex(f, c.hex))
	}
	for _, c := range decodeRefusals {
		f.Add(decodeHex(f, c.hex))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkDecode(t, data) })
}

func FuzzNumber(f *testing.F) {
	for _, c := range numberForms {
		f.Add(c.text)
	}
	for _, c := range numberRefusals {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4<<10 {
			return // the reference takes the square of its length
		}
		got, err := NormalizeNumber(text)
		want, wantErr := referenceNumber(text)
		require.Equal(t, wantErr == nil, err == nil, "%q: %v", text, err)
		require.Equal(t, want, got)
		if err != nil {
			return
		}
		n, err := parseNumber(text)
		require.NoError(t, err)
		require.Equal(t, len(got), n.size())
		again, err := NormalizeNumber(got)
		require.NoError(t, err)
		require.Equal(t, got, again)
	})
}

// The fuzz targets above run without their corpora too, and would not say so.
func TestCommittedFuzzSeedsAreThere(t *testing.T) {
	for _, target := range []string{"FuzzDecode", "FuzzNumber"} {
		seeds, err := filepath.Glob(filepath.Join("testdata", "fuzz", target, "*"))
		require.NoError(t, err)
		require.NotEmpty(t, seeds, target)
	}
}
