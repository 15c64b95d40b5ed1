package interop

import (
	"encoding/base64"
	"encoding/json"
	"sort"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// generated is how many cases the properties of the generator are tested on.
const generated = 400

func TestGeneratorRepeatsItselfForTheSameSeed(t *testing.T) {
	keys := testKeys(t)
	first, second := NewGenerator(7, keys, Clients{}), NewGenerator(7, keys, Clients{})
	other := NewGenerator(8, keys, Clients{})
	same := 0
	for range 50 {
		a, b, c := next(t, first), next(t, second), next(t, other)
		require.Equal(t, a, b)
		if string(a.Request.Item) == string(c.Request.Item) {
			same++
		}
	}
	assert.Less(t, same, 10, "another seed should give other items")
}

func TestGeneratorMakesEveryTypeActionAndProvider(t *testing.T) {
	generator := NewGenerator(1, testKeys(t), Clients{})
	seen := map[string]bool{}
	for range generated {
		c := next(t, generator)
		item := parse(t, c.Request.Item)
		walk(item, func(kind string, content any, depth int) {
			seen[kind] = true
			if depth > 8 {
				seen["deep"] = true
			}
			assert.LessOrEqual(t, depth, maxDepth, c.Name)
			if isEmpty(content) {
				seen["empty "+kind] = true
			}
		})
		for name := range item {
			seen[c.Request.ActionFor(name)] = true
		}
		note(seen, c)
	}
	want := append([]string{
		"deep", "empty S", "empty B", "empty L", "empty M", "near 400 KB", "order-sensitive",
		ActionEncrypt, ActionSign, ActionNone, ProviderStatic, ProviderWrapped,
		"with table", "without table", "with sort key", "without keys", "no encryption key", "weak key",
		"HmacSHA224", "HmacSHA256", "HmacSHA384", "HmacSHA512",
		"SHA224withRSA", "SHA256withRSA", "SHA384withRSA", "SHA512withRSA",
		"SHA224withECDSA", "SHA256withECDSA", "SHA384withECDSA", "SHA512withECDSA",
	}, valueKinds...)
	for _, transformation := range wrapTransformations {
		want = append(want, "wrapped by "+transformation)
	}
	for _, w := range want {
		assert.True(t, seen[w], "nothing generated has: %s", w)
	}
	assert.False(t, seen["empty SS"] || seen["empty NS"] || seen["empty BS"], "DynamoDB has no empty sets")
}

func TestGeneratorKeepsToWhatTheClientsCanDo(t *testing.T) {
	keys := testKeys(t)
	for name, clients := range map[string]Clients{
		"Java alone":      {Java: true},
		"Python alone":    {Python: true},
		"Java and Python": {Java: true, Python: true},
	} {
		t.Run(name, func(t *testing.T) {
			generator := NewGenerator(2, keys, clients)
			for range generated {
				c := next(t, generator)
				names := sortedNames(parse(t, c.Request.Item))
				for _, key := range []string{c.Request.PartitionKey, c.Request.SortKey} {
					assert.False(t, key != "" && c.Request.ActionFor(key) == ActionEncrypt, "%s encrypts a key", c.Name)
				}
				if clients.Java && c.Request.maySign() {
					assert.True(t, c.Request.signs(names), "%s signs nothing", c.Name)
				}
				if clients.Python {
					assertPythonCan(t, c)
				}
				if clients.Java && clients.Python {
					assert.NotNil(t, c.Request.Table, c.Name)
					assert.False(t, ordersDiffer(parse(t, c.Request.Item)), "%s is sorted in two ways", c.Name)
				}
			}
		})
	}
}

func assertPythonCan(t *testing.T, c Case) {
	t.Helper()
	assert.NotContains(t, c.Request.Provider.SigningKey.Algorithm, "ECDSA", c.Name)
	walk(parse(t, c.Request.Item), func(kind string, content any, _ int) {
		texts := []any{content}
		switch kind {
		case "NS":
			texts = content.([]any)
		case "N":
		default:
			return
		}
		for _, text := range texts {
			number := text.(string)
			mantissa, _, _ := strings.Cut(strings.ToUpper(number), "E")
			digits := strings.TrimLeft(strings.Replace(mantissa, ".", "", 1), "+-0")
			assert.LessOrEqual(t, len(digits), maxDigits, number)
			assert.LessOrEqual(t, len(strings.TrimRight(digits, "0")), pythonDigits, number)
			assert.False(t, digits == "" && strings.HasPrefix(number, "-"), number)
		}
	})
}

func TestCanonicalFormIsOneForEqualItems(t *testing.T) {
	for name, test := range map[string]struct{ item, want string }{
		"numbers are written out without needless zeros": {
			`{"a":{"N":"+01.50E2"},"b":{"N":"5e-3"},"c":{"N":"-0.0"},"d":{"N":"1E3"},"e":{"N":".5"},"f":{"N":"-7."}}`,
			`{"a":{"N":"150"},"b":{"N":"0.005"},"c":{"N":"0"},"d":{"N":"1000"},"e":{"N":"0.5"},"f":{"N":"-7"}}`,
		},
		"sets are sorted after their numbers are normal": {
			`{"a":{"NS":["10.0","9"]},"b":{"SS":["b","a"]},"c":{"BS":["gA==","AQ=="]}}`,
			`{"a":{"NS":["10","9"]},"b":{"SS":["a","b"]},"c":{"BS":["AQ==","gA=="]}}`,
		},
		"lists and maps are followed": {
			`{"m":{"M":{"b":{"L":[{"N":"1.0"},{"NULL":true}]},"a":{"S":"<é>"}}}}`,
			`{"m":{"M":{"a":{"S":"<é>"},"b":{"L":[{"N":"1"},{"NULL":true}]}}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Canonical(json.RawMessage(test.item))
			require.NoError(t, err)
			assert.Equal(t, test.want, string(got))
		})
	}
	for name, item := range map[string]string{
		"text that is no number is refused":        `{"a":{"N":"NaN"}}`,
		"an exponent that fills memory is refused": `{"a":{"N":"1E999999999"}}`,
		"a value of two types is refused":          `{"a":{"S":"x","N":"1"}}`,
		"text that is no item is refused":          `[]`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Canonical(json.RawMessage(item))
			assert.Error(t, err)
		})
	}
}

// note records what a case is an example of.
func note(seen map[string]bool, c Case) {
	request, provider := c.Request, c.Request.Provider
	seen[provider.Type] = true
	seen[provider.SigningKey.Algorithm] = true
	seen["weak key"] = seen["weak key"] || provider.AllowWeakKeys
	seen["near 400 KB"] = seen["near 400 KB"] || len(request.Item) > 380_000
	seen["no encryption key"] = seen["no encryption key"] || provider.Type == ProviderStatic && provider.EncryptionKey == nil
	if provider.WrappingKey != nil && provider.WrappingKey.Algorithm == "RSA" {
		seen["wrapped by "+provider.WrapAlgorithm] = true
	}
	seen["with table"] = seen["with table"] || request.Table != nil
	seen["without table"] = seen["without table"] || request.Table == nil
	seen["with sort key"] = seen["with sort key"] || request.SortKey != ""
	seen["without keys"] = seen["without keys"] || request.PartitionKey == ""
	var item map[string]any
	if json.Unmarshal(request.Item, &item) == nil && ordersDiffer(item) {
		seen["order-sensitive"] = true
	}
}

// walk visits every attribute value, nested ones too, with its type, content and nesting level from 1.
func walk(item map[string]any, visit func(kind string, content any, depth int)) {
	var each func(value any, depth int)
	each = func(value any, depth int) {
		for kind, content := range value.(map[string]any) {
			visit(kind, content, depth)
			switch kind {
			case "L":
				for _, element := range content.([]any) {
					each(element, depth+1)
				}
			case "M":
				for _, member := range content.(map[string]any) {
					each(member, depth+1)
				}
			}
		}
	}
	for _, value := range item {
		each(value, 1)
	}
}

// ordersDiffer reports whether Java and Python sort the names, map keys or set members of an item differently.
func ordersDiffer(item map[string]any) bool {
	differ := textOrdersDiffer(sortedNames(item))
	walk(item, func(kind string, content any, _ int) {
		switch kind {
		case "M":
			differ = differ || textOrdersDiffer(sortedNames(content.(map[string]any)))
		case "SS":
			differ = differ || textOrdersDiffer(strs(content))
		case "BS":
			for _, member := range strs(content) {
				raw, _ := base64.StdEncoding.DecodeString(member)
				for _, b := range raw {
					differ = differ || b >= 0x80
				}
			}
		}
	})
	return differ
}

func textOrdersDiffer(texts []string) bool {
	sort.Strings(texts)
	return !sort.SliceIsSorted(texts, func(i, j int) bool {
		a, b := utf16.Encode([]rune(texts[i])), utf16.Encode([]rune(texts[j]))
		for k := range min(len(a), len(b)) {
			if a[k] != b[k] {
				return a[k] < b[k]
			}
		}
		return len(a) < len(b)
	})
}

func strs(content any) []string {
	var texts []string
	for _, text := range content.([]any) {
		texts = append(texts, text.(string))
	}
	return texts
}

func isEmpty(content any) bool {
	switch c := content.(type) {
	case string:
		return c == ""
	case []any:
		return len(c) == 0
	case map[string]any:
		return len(c) == 0
	}
	return false
}

func parse(t *testing.T, item json.RawMessage) map[string]any {
	t.Helper()
	attributes, err := parseItem(item)
	require.NoError(t, err)
	return attributes
}

func next(t *testing.T, generator *Generator) Case {
	t.Helper()
	c, err := generator.Next()
	require.NoError(t, err)
	return c
}

// oneKeys makes the keys once: it takes longer than the tests.
var oneKeys = sync.OnceValues(GenerateKeys)

func testKeys(t *testing.T) *Keys {
	t.Helper()
	keys, err := oneKeys()
	require.NoError(t, err)
	return keys
}
