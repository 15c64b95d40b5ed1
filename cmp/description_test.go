package cmp

import (
	"encoding/binary"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// entry is a text with its length in front.
func entry(text string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(text)))) + text
}

const version0 = "\x00\x00\x00\x00"

func serialized(texts ...string) string {
	out := version0
	for _, text := range texts {
		out += entry(text)
	}
	return out
}

func TestParseMaterialDescription(t *testing.T) {
	for _, c := range []struct {
		name string
		data string
		want MaterialDescription
	}{
		{"nothing but the version", version0, MaterialDescription{}},
		{"one entry", "\x00\x00\x00\x00\x00\x00\x00\x03key\x00\x00\x00\x05value", MaterialDescription{"key": "value"}},
		{"entries in any order", serialized("b", "2", "c", "3", "a", "1"), MaterialDescription{"a": "1", "b": "2", "c": "3"}},
		{"an empty value", serialized("key", ""), MaterialDescription{"key": ""}},
		{"an empty key", serialized("", "value"), MaterialDescription{"": "value"}},
		{"texts beyond ASCII", serialized("ключ", "値\U0001F511\x00"), MaterialDescription{"ключ": "値\U0001F511\x00"}},
		{"keys that differ in case", serialized("A", "1", "a", "2"), MaterialDescription{"A": "1", "a": "2"}},
		{"the largest that is read", serialized("key", strings.Repeat("x", MaxDescriptionSize-4-8-3)), MaterialDescription{"key": strings.Repeat("x", MaxDescriptionSize-15)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseMaterialDescription([]byte(c.data))
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestRefusedMaterialDescriptions(t *testing.T) {
	whole := serialized("key", "value", "other", "secret-value")
	cases := map[string]string{
		"nothing":                              "",
		"half a version":                       "\x00\x00\x00",
		"version 1":                            "\x00\x00\x00\x01",
		"a version with its bytes turned":      "\x01\x00\x00\x00" + entry("key") + entry("value"),
		"version -1":                           "\xff\xff\xff\xff",
		"a key without a value":                serialized("key"),
		"a trailing byte":                      whole + "\x00",
		"trailing zeros that are an empty key": whole + version0,
		"a key's length beyond the end":        version0 + "\x00\x00\x00\x04key",
		"a value's length beyond the end":      serialized("key") + "\x00\x00\x00\x06value",
		"a length of 2^31-1":                   version0 + "\x7f\xff\xff\xff" + "key",
		"a length of -1":                       version0 + "\xff\xff\xff\xff" + "key",
		"a value's length of -2^31":            serialized("key") + "\x80\x00\x00\x00" + "value",
		"a key twice":                          serialized("key", "1", "key", "2"),
		"a key twice with one value":           serialized("key", "1", "x", "", "key", "1"),
		"an empty key twice":                   serialized("", "", "", ""),
		"a key that is not UTF-8":              serialized("\xff", "value"),
		"a value that is not UTF-8":            serialized("key", "\xc0\x80"),
		"a surrogate":                          serialized("key", "\xed\xa0\x80"),
		"a byte more than is read":             serialized("key", strings.Repeat("x", MaxDescriptionSize-14)),
	}
	for n := 1; n < len(whole); n++ {
		if n != len(version0) && n != len(serialized("key", "value")) {
			cases[fmt.Sprintf("%d of %d bytes", n, len(whole))] = whole[:n]
		}
	}
	for name, data := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := ParseMaterialDescription([]byte(data))
			requireClass(t, ErrDescription, err)
			assert.Nil(t, got)
			assert.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestSerializeMaterialDescription(t *testing.T) {
	for _, c := range []struct {
		name        string
		description MaterialDescription
		want        string
	}{
		{"nil", nil, version0},
		{"empty", MaterialDescription{}, version0},
		{"keys sorted by their bytes", MaterialDescription{"b": "1", "a": "2", "B": "3", "é": "4", "": "5", "ab": "6"}, serialized("", "5", "B", "3", "a", "2", "ab", "6", "b", "1", "é", "4")},
		{"keys beyond U+FFFF after U+E000", MaterialDescription{"\U0001F511": "1", "\uE000": "2"}, serialized("\uE000", "2", "\U0001F511", "1")},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.description.Serialize()
			require.NoError(t, err)
			assert.Equal(t, c.want, string(got))
		})
	}
	for name, description := range map[string]MaterialDescription{
		"a key that is not UTF-8":   {"\xff": "value"},
		"a value that is not UTF-8": {"key": "\xff"},
		"a byte too many":           {"key": strings.Repeat("x", MaxDescriptionSize-14)},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			_, err := description.Serialize()
			requireClass(t, ErrConfig, err)
			_, err = NewStatic(StaticKeys{Signing: newHMAC(t)}, WithDescription(description))
			requireClass(t, ErrConfig, err)
			_, err = NewWrapped(WrappedKeys{Signing: newHMAC(t)}, WithDescription(description))
			requireClass(t, ErrConfig, err)
		})
	}
}

func TestDescriptionRoundTrip(t *testing.T) {
	alphabet := []rune("aB-\x00é値\uE000\U0001F511")
	text := func() string {
		runes := make([]rune, mathrand.IntN(8))
		for i := range runes {
			runes[i] = alphabet[mathrand.IntN(len(alphabet))]
		}
		return string(runes)
	}
	for range 1000 {
		description := MaterialDescription{}
		for range mathrand.IntN(20) {
			description[text()] = text()
		}
		original := maps.Clone(description)
		data, err := description.Serialize()
		require.NoError(t, err)
		require.Equal(t, original, description)
		checkParse(t, data)
		got, err := ParseMaterialDescription(data)
		require.NoError(t, err)
		require.Equal(t, description, got)
	}
}

// checkParse checks what holds for all that parses: it has the entries that the
// bytes have, and serializes to the same bytes if they were sorted.
func checkParse(t *testing.T, data []byte) {
	t.Helper()
	description, err := ParseMaterialDescription(data)
	if err != nil {
		requireClass(t, ErrDescription, err)
		require.Nil(t, description)
		return
	}
	texts := plainTexts(data)
	require.Len(t, texts, 2*len(description))
	var keys []string
	for i := 0; i < len(texts); i += 2 {
		require.Equal(t, texts[i+1], description[texts[i]])
		keys = append(keys, texts[i])
	}
	again, err := description.Serialize()
	require.NoError(t, err)
	require.Len(t, again, len(data))
	require.Equal(t, slices.IsSorted(keys), string(again) == string(data))
	parsed, err := ParseMaterialDescription(again)
	require.NoError(t, err)
	require.Equal(t, description, parsed)
}

// plainTexts reads bytes that are known to parse.
func plainTexts(data []byte) (texts []string) {
	for data = data[4:]; len(data) > 0; {
		end := 4 + int(binary.BigEndian.Uint32(data))
		texts = append(texts, string(data[4:end]))
		data = data[end:]
	}
	return texts
}

func FuzzMaterialDescription(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte(version0))
	f.Add([]byte(serialized("amzn-ddb-map-sym-mode", "/CBC/PKCS5Padding", "amzn-ddb-map-signingAlg", "HmacSHA256")))
	f.Add([]byte(serialized("key", "1", "key", "2")))
	f.Add([]byte(version0 + "\x7f\xff\xff\xff" + "key"))
	f.Fuzz(func(t *testing.T, data []byte) {
		stored := string(data)
		checkParse(t, data)
		require.Equal(t, stored, string(data), "parsing changed its input")
	})
}

// allocated returns how many bytes f allocates. The least of three runs leaves
// out what other goroutines do meanwhile.
func allocated(f func()) int {
	least := uint64(1 << 62)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return int(least)
}

func TestHostileDescriptionsCostLittle(t *testing.T) {
	t.Run("a length beyond the end", func(t *testing.T) {
		for _, length := range []string{"\x7f\xff\xff\xff", "\xff\xff\xff\xff", "\x80\x00\x00\x00", "\x00\x01\x00\x00"} {
			data := []byte(version0 + length + "key")
			assert.LessOrEqual(t, allocated(func() { _, _ = ParseMaterialDescription(data) }), 1<<10)
		}
	})
	t.Run("a huge attribute", func(t *testing.T) {
		data := make([]byte, 400<<10)
		assert.LessOrEqual(t, allocated(func() { _, _ = ParseMaterialDescription(data) }), 1<<10)
	})

	// As many entries as fit, with something wrong at the end.
	many := func(size int, end string, key func(i int) string) []byte {
		data := []byte(version0)
		for i := 0; ; i++ {
			next := entry(key(i)) + entry("")
			if len(data)+len(next)+len(end) > size {
				return append(data, end...)
			}
			data = append(data, next...)
		}
	}
	short := func(i int) string { // the shortest keys that are all different
		if i < 128 {
			return string(rune(i))
		}
		return string([]byte{byte(i >> 7 & 127), byte(i & 127)})
	}
	for _, size := range []int{100, 1 << 10, 4 << 10, 16 << 10, MaxDescriptionSize} {
		for name, end := range map[string]string{"a cut length": "\x00", "a length beyond the end": "\x7f\xff\xff\xff", "a key twice": entry("\x01") + entry(""), "not UTF-8": entry("\xff")} {
			t.Run(fmt.Sprintf("%d bytes of short entries and %s", size, name), func(t *testing.T) {
				data := many(size, end, short)
				_, err := ParseMaterialDescription(data)
				requireClass(t, ErrDescription, err)
				cost := allocated(func() { _, _ = ParseMaterialDescription(data) })
				assert.LessOrEqual(t, cost, 8*len(data)+64<<10)
			})
		}
	}
	t.Run("as many entries as fit are read within the same bound", func(t *testing.T) {
		data := many(MaxDescriptionSize, "", short)
		assert.LessOrEqual(t, allocated(func() {
			_, err := ParseMaterialDescription(data)
			require.NoError(t, err)
		}), 8*len(data)+64<<10)
	})
}
