package interop

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

func TestLibraryReadsWhatItWrote(t *testing.T) {
	ctx := context.Background()
	for name, writer := range map[string]Library{"in Python's order": {}, "in Java's order": {JavaOrder: true}} {
		t.Run(name, func(t *testing.T) {
			generator := NewGenerator(3, testKeys(t), Clients{})
			for range generated {
				c := next(t, generator)
				sealed, err := writer.Do(ctx, c.Request)
				require.NoError(t, err, c.Name)
				plain, err := Library{}.Do(ctx, c.Request.Decrypting(sealed))
				require.NoError(t, err, c.Name)
				names, err := differing(c.Request.Item, plain)
				require.NoError(t, err, c.Name)
				assert.Empty(t, names, c.Name)
			}
		})
	}
}

func TestLibraryNeedsOnlyTheKeysOfAnOperation(t *testing.T) {
	ctx := context.Background()
	keys := testKeys(t)
	request := Request{Op: OpEncrypt, Item: json.RawMessage(`{"a":{"S":"x"}}`)}
	request.Provider = RSAProvider(keys.RSA[0], "", Signature("SHA256withRSA", keys.RSA[1]))
	request.Provider.UnwrappingKey, request.Provider.VerificationKey = nil, nil
	sealed, err := Library{}.Do(ctx, request)
	require.NoError(t, err)

	request = request.Decrypting(sealed)
	request.Provider = RSAProvider(keys.RSA[0], "", Signature("SHA256withRSA", keys.RSA[1]))
	request.Provider.WrappingKey, request.Provider.SigningKey = nil, nil
	plain, err := Library{}.Do(ctx, request)
	require.NoError(t, err)
	assert.JSONEq(t, `{"a":{"S":"x"}}`, string(plain))
}

func TestLibraryRefusesWrongRequests(t *testing.T) {
	signing, empty := HMAC("HmacSHA256", make([]byte, 32)), ""
	for name, test := range map[string]struct {
		change func(*Request)
		want   error
	}{
		"an unknown provider":            {func(r *Request) { r.Provider.Type = "hsm" }, crypto.ErrConfig},
		"an unknown action":              {func(r *Request) { r.Actions = map[string]string{"a": "hide"} }, crypto.ErrConfig},
		"an unknown default action":      {func(r *Request) { r.DefaultAction = "hide" }, crypto.ErrConfig},
		"an empty table name":            {func(r *Request) { r.Table = &empty }, crypto.ErrConfig},
		"a key that is encrypted":        {func(r *Request) { r.PartitionKey, r.Actions = "a", map[string]string{"a": ActionEncrypt} }, crypto.ErrConfig},
		"an AES key of a wrong length":   {func(r *Request) { r.Provider = StaticProvider(make([]byte, 7), signing) }, crypto.ErrConfig},
		"a key in an unknown encoding":   {func(r *Request) { r.Provider.EncryptionKey = &Key{"AES", "hex", nil} }, crypto.ErrConfig},
		"an unknown signing algorithm":   {func(r *Request) { r.Provider = StaticProvider(nil, HMAC("HmacMD5", make([]byte, 32))) }, crypto.ErrConfig},
		"no keys at all":                 {func(r *Request) { r.Provider = Provider{Type: ProviderWrapped} }, crypto.ErrConfig},
		"nothing to encrypt values with": {func(r *Request) { r.Provider = StaticProvider(nil, signing) }, crypto.ErrKeyUnavailable},
		"an unknown operation":           {func(r *Request) { r.Op = "seal" }, nil},
		"text that is no item":           {func(r *Request) { r.Item = json.RawMessage(`[]`) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			request := Request{Op: OpEncrypt, Item: json.RawMessage(`{"a":{"S":"x"}}`), Provider: StaticProvider(make([]byte, 16), signing)}
			test.change(&request)
			_, err := Library{}.Do(context.Background(), request)
			require.Error(t, err)
			if test.want != nil {
				assert.ErrorIs(t, err, test.want)
			}
		})
	}
}

// differing names the attributes in which two items differ. Failures show names: values can be long.
func differing(want, got json.RawMessage) ([]string, error) {
	a, err := canonicalAttributes(want)
	if err != nil {
		return nil, err
	}
	b, err := canonicalAttributes(got)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, name := range sortedNames(a) {
		if b[name] == nil || mustMarshal(a[name]) != mustMarshal(b[name]) {
			names = append(names, name)
		}
	}
	for _, name := range sortedNames(b) {
		if a[name] == nil {
			names = append(names, name)
		}
	}
	return names, nil
}

func canonicalAttributes(item json.RawMessage) (map[string]any, error) {
	text, err := Canonical(item)
	if err != nil {
		return nil, err
	}
	return parseItem(text)
}

func canonical(t *testing.T, item json.RawMessage) string {
	t.Helper()
	text, err := Canonical(item)
	require.NoError(t, err)
	return string(text)
}
