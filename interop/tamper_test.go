package interop

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// A tampering changes a sealed item, or the request to open it. It reports false where there is nothing to change.
type tampering struct {
	name  string
	apply func(o *opening) bool
}

// An opening is a request to decrypt that may be changed freely.
type opening struct {
	rnd     *rand.Rand
	request Request
	item    map[string]any
}

func newOpening(t *testing.T, rnd *rand.Rand, sealing Request, sealed json.RawMessage) *opening {
	t.Helper()
	request := sealing.Decrypting(sealed)
	request.Actions = map[string]string{}
	for name, action := range sealing.Actions {
		request.Actions[name] = action
	}
	return &opening{rnd, request, parse(t, sealed)}
}

// changed returns the request as it is after tampering.
func (o *opening) changed(t *testing.T) Request {
	t.Helper()
	item, err := marshalItem(o.item)
	require.NoError(t, err)
	o.request.Item = item
	return o.request
}

// named returns an attribute with one of these actions, or nothing.
func (o *opening) named(actions ...string) (string, bool) {
	var names []string
	for _, name := range sortedNames(o.item) {
		if name != o.signature() && name != o.description() && slices.Contains(actions, o.request.ActionFor(name)) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "", false
	}
	return pick(o.rnd, names...), true
}

func (o *opening) signature() string   { return o.request.Java.SignatureName() }
func (o *opening) description() string { return o.request.Java.DescriptionName() }

// binary returns the bytes of a B attribute.
func (o *opening) binary(name string) ([]byte, bool) {
	value, _ := o.item[name].(map[string]any)
	text, isBinary := value["B"].(string)
	raw, err := base64.StdEncoding.DecodeString(text)
	return raw, isBinary && err == nil
}

func (o *opening) setBinary(name string, raw []byte) {
	o.item[name] = map[string]any{"B": base64.StdEncoding.EncodeToString(raw)}
}

// flip changes one bit of a B attribute.
func (o *opening) flip(name string) bool {
	raw, ok := o.binary(name)
	if !ok || len(raw) == 0 {
		return false
	}
	raw[o.rnd.IntN(len(raw))] ^= 1 << o.rnd.IntN(8)
	o.setBinary(name, raw)
	return true
}

// unsealing are tamperings that a signature exists to find: every client must refuse the item.
var unsealing = []tampering{
	{"a bit of an encrypted value flipped", func(o *opening) bool {
		name, ok := o.named(ActionEncrypt)
		return ok && o.flip(name)
	}},
	{"a signed value replaced", func(o *opening) bool {
		name, ok := o.named(ActionSign)
		if ok {
			o.item[name] = map[string]any{"S": "tampered with"}
		}
		return ok
	}},
	{"an encrypted value turned into text", func(o *opening) bool {
		name, ok := o.named(ActionEncrypt)
		if ok {
			o.item[name] = map[string]any{"S": "not binary"}
		}
		return ok
	}},
	{"an attribute removed", func(o *opening) bool {
		name, ok := o.named(ActionEncrypt, ActionSign)
		delete(o.item, name)
		return ok
	}},
	{"an attribute renamed", func(o *opening) bool {
		name, ok := o.named(ActionEncrypt, ActionSign)
		if ok {
			o.item[name+" again"] = o.item[name]
			delete(o.item, name)
		}
		return ok
	}},
	{"an attribute added", func(o *opening) bool {
		o.item["an attribute that was not there"] = map[string]any{"B": "AAAA"}
		return o.request.defaultAction() != ActionNone
	}},
	{"two values exchanged", func(o *opening) bool {
		a, ok := o.named(ActionEncrypt, ActionSign)
		b, _ := o.named(ActionEncrypt, ActionSign)
		if !ok || mustMarshal(o.item[a]) == mustMarshal(o.item[b]) {
			return false
		}
		o.item[a], o.item[b] = o.item[b], o.item[a]
		return true
	}},
	{"a bit of the signature flipped", func(o *opening) bool { return o.flip(o.signature()) }},
	{"the signature cut short", func(o *opening) bool {
		raw, ok := o.binary(o.signature())
		if ok {
			o.setBinary(o.signature(), raw[:len(raw)-1])
		}
		return ok
	}},
	{"the signature empty", func(o *opening) bool {
		_, ok := o.binary(o.signature())
		o.setBinary(o.signature(), nil)
		return ok
	}},
	{"another table name", func(o *opening) bool {
		other := "another table"
		o.request.Table = &other
		return true
	}},
}

// suspicious are tamperings that a client may or may not accept: what they change is not signed, or means the same as
// before, or leaves no signature to check.
var suspicious = []tampering{
	{"the signature removed", func(o *opening) bool {
		delete(o.item, o.signature())
		return true
	}},
	{"the signature turned into text", func(o *opening) bool {
		o.item[o.signature()] = map[string]any{"S": "not binary"}
		return true
	}},
	{"no table name", func(o *opening) bool {
		o.request.Table = nil
		return true
	}},
	{"a value that is not signed replaced", func(o *opening) bool {
		name, ok := o.named(ActionNone)
		if ok {
			o.item[name] = map[string]any{"S": "tampered with"}
		}
		return ok
	}},
	{"one action changed", func(o *opening) bool {
		name, ok := o.named(ActionEncrypt, ActionSign, ActionNone)
		if name == o.request.PartitionKey || name == o.request.SortKey {
			return false
		}
		o.request.Actions[name] = pick(o.rnd, ActionEncrypt, ActionSign, ActionNone)
		return ok
	}},
	{"the default action changed", func(o *opening) bool {
		o.request.DefaultAction = pick(o.rnd, ActionEncrypt, ActionSign, ActionNone)
		return true
	}},
	{"a signed value written in another way", func(o *opening) bool { return o.rewrite() }},
}

// describing are tamperings with the material description, which is not signed.
var describing = []tampering{
	{"the description removed", func(o *opening) bool {
		delete(o.item, o.description())
		return true
	}},
	{"the description turned into text", func(o *opening) bool {
		o.item[o.description()] = map[string]any{"S": "not binary"}
		return true
	}},
	{"a bit of the description flipped", func(o *opening) bool { return o.flip(o.description()) }},
	{"the description cut short", func(o *opening) bool {
		raw, ok := o.binary(o.description())
		if ok {
			o.setBinary(o.description(), raw[:o.rnd.IntN(len(raw))])
		}
		return ok
	}},
	{"the description lengthened", func(o *opening) bool {
		raw, ok := o.binary(o.description())
		o.setBinary(o.description(), append(raw, make([]byte, 1+o.rnd.IntN(9))...))
		return ok
	}},
	{"an entry of the description removed", func(o *opening) bool {
		return o.describe(func(d cmp.MaterialDescription, key string) { delete(d, key) })
	}},
	{"an entry of the description replaced", func(o *opening) bool {
		return o.describe(func(d cmp.MaterialDescription, key string) { d[key] = pick(o.rnd, describedValues...) })
	}},
	{"an entry of the description added", func(o *opening) bool {
		return o.describe(func(d cmp.MaterialDescription, _ string) {
			d[pick(o.rnd, describedKeys...)] = pick(o.rnd, describedValues...)
		})
	}},
	{"an entry of the description doubled", func(o *opening) bool {
		raw, ok := o.binary(o.description())
		if !ok || len(raw) <= 4 {
			return false
		}
		end := 4
		for range 2 {
			end += 4 + int(binary.BigEndian.Uint32(raw[end:]))
		}
		o.setBinary(o.description(), append(raw, raw[4:end]...))
		return true
	}},
}

// Texts of material descriptions that are changed to one another.
var (
	describedKeys = []string{
		"amzn-ddb-map-sym-mode", "amzn-ddb-map-signingAlg", "amzn-ddb-env-key", "amzn-ddb-env-alg", "amzn-ddb-wrap-alg",
		"amzn-ddb-sig-alg", "amzn-ddb-meta-id", "aws-kms-ec-attr", "something else", "",
	}
	describedValues = []string{
		"/CBC/PKCS5Padding", "/GCM/NoPadding", "/ECB/PKCS5Padding", "HmacSHA1", "HmacSHA256", "HmacSHA512", "SHA1withRSA", "SHA256withRSA",
		"SHA512withRSA", "SHA256withECDSA", "NONEwithRSA", "AES", "AES/128", "AES/192", "AES/256", "AES/512", "DES", "AESWrap", "AES/ECB/NoPadding",
		"RSA", "RSA/ECB/PKCS1Padding", "RSA/ECB/NoPadding", "RSA/ECB/OAEPWithSHA-1AndMGF1Padding", "RSA/ECB/OAEPWithSHA-256AndMGF1Padding",
		"AAAA", "kms", "",
	}
)

// describe changes the description, whose entries it hands over with the key of a random one.
func (o *opening) describe(change func(d cmp.MaterialDescription, key string)) bool {
	raw, ok := o.binary(o.description())
	if !ok {
		return false
	}
	description, err := cmp.ParseMaterialDescription(raw)
	if err != nil || len(description) == 0 {
		return false
	}
	var keys []string
	for key := range description {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	change(description, pick(o.rnd, keys...))
	if raw, err = description.Serialize(); err != nil {
		return false
	}
	o.setBinary(o.description(), raw)
	return true
}

// rewrite writes a signed value so that it means the same, or nearly so.
func (o *opening) rewrite() bool {
	name, ok := o.named(ActionSign)
	if !ok {
		return false
	}
	for kind, content := range o.item[name].(map[string]any) {
		switch c := content.(type) {
		case []any:
			if len(c) == 0 {
				return false
			}
			c = slices.Clone(c)
			switch o.rnd.IntN(3) {
			case 0:
				o.rnd.Shuffle(len(c), func(i, j int) { c[i], c[j] = c[j], c[i] })
			case 1:
				c = append(c, c[o.rnd.IntN(len(c))])
			default:
				c = c[:len(c)-1]
			}
			o.item[name] = map[string]any{kind: c}
		case string:
			if kind == "N" {
				if strings.ContainsAny(c, ".eE") {
					c = pick(o.rnd, " "+c, c+"0", "0"+c)
				} else {
					c = pick(o.rnd, c+".0", c+"E0", c+".", "0"+c, c+" ", c+".000000000000000000000000000000000000001", c+"E-1")
				}
			}
			o.item[name] = map[string]any{pick(o.rnd, "S", "N", kind): c}
		case map[string]any:
			c["a key that was not there"] = map[string]any{"NULL": true}
		case bool:
			o.item[name] = map[string]any{pick(o.rnd, "BOOL", "NULL"): !c}
		}
	}
	return true
}

func mustMarshal(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
