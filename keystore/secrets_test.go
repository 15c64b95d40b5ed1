package keystore

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// leaks are the texts that give a secret away: some runs of a few bytes of it, in
// every form in which programs print bytes.
type leaks []string

func leaksOf(secrets [][]byte) leaks {
	const run, runs = 6, 8
	var all leaks
	for _, secret := range secrets {
		for at := 0; at+run <= len(secret); at += 1 + len(secret)/runs {
			part := secret[at : at+run]
			goSyntax := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", part), "[]byte{"), "}")
			all = append(all, string(part), fmt.Sprintf("%x", part), fmt.Sprintf("%X", part), fmt.Sprintf("% x", part),
				strings.Trim(fmt.Sprint(part), "[]"), goSyntax)
		}
		for shift := range 3 { // base64 in its three positions
			all = append(all, base64.StdEncoding.EncodeToString(secret[shift:shift+run]))
		}
	}
	return all
}

func (l leaks) in(text string) bool {
	return slices.ContainsFunc(l, func(leak string) bool { return strings.Contains(text, leak) })
}

type holder[T any] struct {
	Public  T
	private T
}

func prints(v any) []string {
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "k", v, "in", holder[any]{v, v})
	slog.New(slog.NewTextHandler(&log, nil)).Info("m", "k", v, "in", []any{v})
	data, _ := json.Marshal(v)
	texts := []string{log.String(), string(data)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%c", "% x", "%#x", "%t", "%e"} {
		texts = append(texts, fmt.Sprintf(verb, v))
	}
	return texts
}

func TestSecretsAreNotPrinted(t *testing.T) {
	dir, store := newDir(t)
	java, err := OpenPKCS12("testdata/java.p12", []byte(password))
	require.NoError(t, err)
	p := newProvider(t, store, pair2026, WithPrevious(pair2025, Aliases{Wrapping: "rsa", Signing: "ec"}))
	secrets := [][]byte{[]byte(password)}
	for _, all := range []*entries{store.current(), java.current()} {
		for _, e := range *all {
			if e.kind != kindUnsupported && (e.private || e.kind == kindAES || e.kind == kindHMAC) {
				data := bytes.TrimPrefix(e.data(), []byte("-----BEGIN PRIVATE KEY-----\n"))
				data = bytes.TrimPrefix(bytes.TrimPrefix(data, []byte("-----BEGIN RSA PRIVATE KEY-----\n")), []byte("-----BEGIN EC PRIVATE KEY-----\n"))
				if before, _, found := bytes.Cut(data, []byte("-----END ")); found {
					data = before
				}
				secrets = append(secrets, data)
			}
		}
	}
	require.Len(t, secrets, 1+6+8)
	l := leaksOf(secrets)
	t.Run("the search finds keys", func(t *testing.T) {
		for _, secret := range secrets {
			assert.True(t, l.in(fmt.Sprint(secret)) && l.in(fmt.Sprintf("%x", secret)) && l.in(string(secret)) && l.in(fmt.Sprintf("%#v", secret)) && l.in(base64.StdEncoding.EncodeToString(secret)))
		}
	})
	t.Run("by stores, providers and what they are in", func(t *testing.T) {
		all := store.current()
		for name, value := range map[string]any{
			"store": store, "PKCS #12 store": java, "provider": p, "entries": *all, "pointer to entries": all, "generation": p.generation(),
			"in fields": holder[*Store]{store, store}, "in fields of fields": &holder[holder[*Provider]]{holder[*Provider]{p, p}, holder[*Provider]{p, p}},
			"in a slice": []any{store, java, p}, "in a map": map[string]*Store{"k": java},
		} {
			for _, text := range prints(value) {
				assert.False(t, l.in(text), name)
			}
		}
		assert.Equal(t, "[key store] [key store provider]", fmt.Sprint(store, " ", p))
	})
	t.Run("by errors", func(t *testing.T) {
		data, err := os.ReadFile("testdata/java.p12")
		require.NoError(t, err)
		check := func(err error) {
			t.Helper()
			require.Error(t, err)
			for wrapped := err; wrapped != nil; {
				assert.False(t, l.in(fmt.Sprintf("%v %+v %#v", wrapped, wrapped, wrapped)))
				next, ok := wrapped.(interface{ Unwrap() error })
				if !ok {
					break
				}
				wrapped = next.Unwrap()
			}
		}
		for _, wrong := range []string{password + password, password[1:], ""} {
			_, err := OpenPKCS12("testdata/java.p12", []byte(wrong))
			check(err)
		}
		file := filepath.Join(t.TempDir(), "cut.p12")
		require.NoError(t, os.WriteFile(file, data[:len(data)-200], 0o600))
		_, err = OpenPKCS12(file, []byte(password))
		check(err)
		_, err = OpenPKCS12("testdata/legacy-trust.p12", []byte(password))
		check(err)
		for _, alias := range store.Aliases() {
			e := (*store.current())[alias]
			for _, name := range []string{alias + "-broken.pem", alias + "-broken.aes"} {
				put(t, dir, name, bytes.Trim(e.data(), "-\n")[1:])
				check(store.Err())
				require.NoError(t, os.Remove(filepath.Join(dir, name)))
				require.NoError(t, store.Err())
			}
			for _, algorithm := range []string{"", "HmacSHA1", "HmacSHA256", "SHA256withRSA", "SHA256withECDSA", "x"} {
				for _, do := range []func() error{
					func() error { _, err := store.SigningKey(alias, algorithm); return err },
					func() error { _, err := store.VerificationKey(alias, algorithm); return err },
					func() error { _, err := store.WrappingKey(alias); return err },
					func() error { _, err := store.UnwrappingKey(alias); return err },
				} {
					if err := do(); err != nil {
						check(err)
					}
				}
			}
		}
	})
}
