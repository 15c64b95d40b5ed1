package crypto_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// canary is a secret, and the texts in which it would show itself.
type canary struct {
	name  string
	forms []string
}

// newCanary looks for any eight bytes of secret.
func newCanary(name string, secret []byte) canary {
	c := canary{name: name}
	for i := 0; i+8 <= len(secret); i += 4 {
		part := secret[i : i+8]
		list := fmt.Sprint(part)
		list = list[1 : len(list)-1]
		c.forms = append(c.forms, string(part), hex.EncodeToString(part), strings.ToUpper(hex.EncodeToString(part)),
			fmt.Sprintf("% x", part), list, strings.ReplaceAll(list, " ", ", "), strings.ReplaceAll(list, " ", ","),
			strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", part), "[]byte{"), "}"))
	}
	for i := 0; i+9 <= len(secret); i += 3 {
		c.forms = append(c.forms, base64.StdEncoding.EncodeToString(secret[i:i+9]), base64.URLEncoding.EncodeToString(secret[i:i+9]))
	}
	return c
}

func requireNoCanary(t *testing.T, canaries []canary, what, text string) {
	t.Helper()
	for _, c := range canaries {
		for _, form := range c.forms {
			if strings.Contains(text, form) {
				require.FailNow(t, "a secret shows", "%s in %s: %.200s", c.name, what, text)
			}
		}
	}
}

func TestACanaryIsSeen(t *testing.T) {
	secret := secretBytes(3)
	c := newCanary("", secret)
	for _, text := range []string{
		string(secret), fmt.Sprintf("%v", secret), fmt.Sprintf("%#v", secret), fmt.Sprintf("%x", secret), fmt.Sprintf("%X", secret), fmt.Sprintf("% x", secret),
		fmt.Sprint(inUnexported{secret}), base64.StdEncoding.EncodeToString(secret), string(must(json.Marshal(secret))), hex.EncodeToString(secret[4:]),
	} {
		require.True(t, slices.ContainsFunc(c.forms, func(form string) bool { return strings.Contains(text, form) }), text)
	}
}

func secretBytes(start byte) []byte {
	b := make([]byte, 32)
	for i := range b {
		b[i] = start + byte(i*7)
	}
	return b
}

type (
	inUnexported struct{ v any }
	inExported   struct{ V any }
)

// printed is what v looks like in every way that Go programs print.
func printed(v any) map[string]string {
	texts := map[string]string{}
	for place, x := range map[string]any{
		"": v, "unexported field": inUnexported{v}, "pointer to unexported field": &inUnexported{v}, "exported field": inExported{v},
		"pointer to pointer": &inUnexported{&inUnexported{v}}, "slice": []any{v}, "map": map[string]any{"k": v}, "dereferenced": dereferenced(v),
		"unexported field of a copy": inUnexported{dereferenced(v)},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%X", "%d", "%q", "%o", "%b", "%T", "%U", "%c"} {
			texts[place+" "+verb] = fmt.Sprintf(verb, x)
		}
		encoded, err := json.Marshal(x)
		texts[place+" json"] = fmt.Sprint(string(encoded), err)
		var log bytes.Buffer
		for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
			slog.New(handler).Info("text", "k", x, slog.Group("g", "k", x), slog.Any("s", []any{x}))
		}
		texts[place+" slog"] = log.String()
	}
	return texts
}

func dereferenced(v any) any {
	if p := reflect.ValueOf(v); p.Kind() == reflect.Pointer && !p.IsNil() {
		return p.Elem().Interface()
	}
	return v
}

// capturing remembers the content key that it wrapped.
type capturing struct {
	*cmp.AESKey
	remember func(contentKey []byte)
}

func (c capturing) Wrap(ctx context.Context, contentKey []byte) ([]byte, error) {
	c.remember(contentKey)
	return c.AESKey.Wrap(ctx, contentKey)
}

func TestKeysAndTheirHoldersShowNoSecret(t *testing.T) {
	ctx := context.Background()
	aesBytes, macBytes := secretBytes(3), secretBytes(90)
	aes := must(cmp.NewAESKey(aesBytes))
	mac := must(cmp.NewHMACKey("HmacSHA256", macBytes))
	rsaKey := must(cmp.NewAsymmetricSigningKey("SHA256withRSA", rsaPair()))
	ecdsaKey := must(cmp.NewAsymmetricSigningKey("SHA256withECDSA", ecdsaPair()))
	unwrapping := must(cmp.NewRSAUnwrappingKey(rsaPair()))
	var contentKey []byte
	static := cmp.StaticKeys{Encryption: aes, Signing: mac}
	wrapped := cmp.WrappedKeys{Wrapping: capturing{aes, func(b []byte) { contentKey = bytes.Clone(b) }}, Signing: rsaKey}
	staticProvider, wrappedProvider := must(cmp.NewStatic(static)), must(cmp.NewWrapped(wrapped))
	encryptor := crypto.NewEncryptor(wrappedProvider)
	staticEncryptor := crypto.NewEncryptor(staticProvider)
	table, staticTable := must(encryptor.For(users, userActions)), must(staticEncryptor.For(users, userActions))
	for _, x := range []crypto.TableEncryptor{table, staticTable} {
		_ = must(x.DecryptItem(ctx, must(x.EncryptItem(ctx, user()))))
	}
	materials := must(wrappedProvider.EncryptionMaterials(ctx, cmp.EncryptionRequest{}))
	staticDecryption := must(staticProvider.DecryptionMaterials(ctx, cmp.DecryptionRequest{}))
	decryption := must(wrappedProvider.DecryptionMaterials(ctx, cmp.DecryptionRequest{Description: materials.Description}))
	opened := must(decryption.DecryptionKey(ctx))

	canaries := []canary{newCanary("AES key", aesBytes), newCanary("HMAC key", macBytes), newCanary("content key", contentKey)}
	rsaSecret := rsaPair()
	canaries = append(canaries, newCanary("RSA exponent", rsaSecret.D.Bytes()), newCanary("RSA prime", rsaSecret.Primes[0].Bytes()),
		canary{"RSA numbers", []string{rsaSecret.D.String(), rsaSecret.Primes[0].String(), rsaSecret.Primes[1].String()}})
	ecdsaSecret := must(ecdsaPair().Bytes())
	canaries = append(canaries, newCanary("EC exponent", ecdsaSecret))

	for what, v := range map[string]any{
		"AES key": aes, "HMAC key": mac, "RSA signing key": rsaKey, "ECDSA signing key": ecdsaKey, "RSA verification key": rsaKey.VerificationKey(),
		"RSA unwrapping key": unwrapping, "static keys": static, "static provider": staticProvider, "wrapped keys": cmp.WrappedKeys{Wrapping: aes, Signing: mac},
		"wrapped provider": wrappedProvider, "encryption materials": materials, "decryption materials": decryption, "static materials": staticDecryption, "content key": opened,
		"encryptor": encryptor, "static encryptor": staticEncryptor, "table": table, "static table": staticTable,
	} {
		for how, text := range printed(v) {
			requireNoCanary(t, canaries, what+", "+how, text)
		}
	}
	for _, v := range []any{aes, mac, rsaKey, ecdsaKey, unwrapping} {
		require.NotContains(t, fmt.Sprintf("%v %+v %#v %s %x %d", v, v, v, v, v, v), "0x", "addresses do not help anybody")
	}
}

func TestErrorsShowNoPlaintext(t *testing.T) {
	ctx := context.Background()
	const secret = "canary-7351-plaintext-of-an-item"
	canaries := []canary{newCanary("plaintext", []byte(secret))}
	key := newCanary("key", bytes.Repeat([]byte{1}, 32))
	var seen int
	check := func(err error) {
		t.Helper()
		require.Error(t, err)
		require.NoError(t, oneClass(err))
		seen++
		for how, text := range printed(err) {
			requireNoCanary(t, canaries, how, text)
			if strings.Contains(how, "%v") || strings.Contains(how, "slog") {
				requireNoCanary(t, []canary{key}, how, text)
			}
		}
		for cause := err; cause != nil; {
			requireNoCanary(t, canaries, "cause", cause.Error())
			u, ok := cause.(interface{ Unwrap() error })
			if !ok {
				break
			}
			cause = u.Unwrap()
		}
	}
	for _, s := range setups(1) {
		for _, action := range []crypto.Action{encrypt, sign} {
			table := s.table(orders, crypto.Actions{Default: action, Overrides: overrides{"id": sign}})
			for _, v := range []types.AttributeValue{
				num(secret), nums("1", secret), str(secret + "\xff"), strs(secret, secret), bins([]byte(secret), []byte(secret)), strs(secret+"\xff", "x"),
				list(num(secret)), mapping(map[string]types.AttributeValue{secret + "\xff": null()}), &types.UnknownUnionMember{Tag: secret, Value: []byte(secret)},
			} {
				_, err := table.EncryptItem(ctx, crypto.Item{"id": str(secret), "v": v})
				check(err)
			}
			sealed := must(table.EncryptItem(ctx, crypto.Item{"id": str(secret), "v": str(secret)}))
			_, err := table.DecryptItem(ctx, without(sealed, crypto.DefaultSignatureAttribute))
			check(err)
			for name, v := range map[string]types.AttributeValue{
				"id": num(secret), "v": str(secret), "more": strs(secret, secret),
				crypto.DefaultSignatureAttribute: str(secret), crypto.DefaultDescriptionAttribute: bin(descriptionOf(signingKey, secret, secret, secret)...),
			} {
				_, err := table.DecryptItem(ctx, with(sealed, crypto.Item{name: v, "other": num(secret)}))
				check(err)
			}
		}
	}
	require.Greater(t, seen, 100)
}
