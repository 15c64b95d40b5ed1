package keystore

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

func TestProvider(t *testing.T) {
	_, store := newDir(t)
	t.Run("an item says in its description which aliases it was written under", func(t *testing.T) {
		d := description(t, seal(t, newProvider(t, store, pair2026, WithDescription(cmp.MaterialDescription{"team": "billing"}))))
		assert.Equal(t, "enc-2026", d[DescriptionWrappingAlias])
		assert.Equal(t, "sig-2026", d[DescriptionSigningAlias])
		assert.Equal(t, "billing", d["team"])
		assert.Equal(t, "AES/256", d[cmp.DescriptionContentKeyAlgorithm])
	})
	for _, test := range []struct {
		name    string
		written Aliases
		current Aliases
		options []ProviderOption
		want    error
	}{
		{name: "the current pair opens", written: pair2026, current: pair2026},
		{name: "a key pair opens", written: Aliases{Wrapping: "rsa", Signing: "ec"}, current: Aliases{Wrapping: "rsa", Signing: "ec"}},
		{name: "a pair that became previous opens", written: pair2025, current: pair2026, options: []ProviderOption{WithPrevious(pair2025)}},
		{name: "one of several previous pairs opens", written: pair2025, current: pair2026, options: []ProviderOption{WithPrevious(Aliases{Wrapping: "rsa", Signing: "ec"}), WithPrevious(pair2025)}},
		{name: "the algorithm of a previous pair is its own", written: Aliases{Wrapping: "rsa", Signing: "ec", Algorithm: "SHA512withECDSA"}, current: pair2026,
			options: []ProviderOption{WithPrevious(Aliases{Wrapping: "rsa", Signing: "ec", Algorithm: "SHA512withECDSA"})}},
		{name: "a pair that is not listed is refused, although the store has it", written: pair2025, current: pair2026, want: cmp.ErrKeyUnavailable},
		{name: "the pair for unnamed items is not one for named ones", written: pair2025, current: pair2026, options: []ProviderOption{WithUnnamed(pair2025)}, want: cmp.ErrKeyUnavailable},
		{name: "half a pair is refused", written: Aliases{Wrapping: "enc-2025", Signing: "sig-2026"}, current: pair2026, options: []ProviderOption{WithPrevious(pair2025)}, want: cmp.ErrKeyUnavailable},
		{name: "another algorithm than the pair's is refused", written: Aliases{Wrapping: "rsa", Signing: "ec", Algorithm: "SHA512withECDSA"}, current: Aliases{Wrapping: "rsa", Signing: "ec"}, want: cmp.ErrAlgorithm},
	} {
		t.Run(test.name, func(t *testing.T) {
			sealed := seal(t, newProvider(t, store, test.written))
			err := unseal(t, newProvider(t, store, test.current, test.options...), sealed)
			if test.want == nil {
				assert.NoError(t, err)
				return
			}
			requireClass(t, test.want, err)
			if test.want == cmp.ErrKeyUnavailable {
				assert.ErrorContains(t, err, test.written.Wrapping)
				assert.ErrorContains(t, err, test.written.Signing)
			}
		})
	}
}

func TestSpellingOfAliases(t *testing.T) {
	dir, store := newDir(t)
	upper, mixed := Aliases{Wrapping: "ENC-2025", Signing: "SIG-2025"}, Aliases{Wrapping: "Enc-2025", Signing: "sig-2025"}
	t.Run("an item names the aliases as the store spells them", func(t *testing.T) {
		d := description(t, seal(t, newProvider(t, store, upper)))
		assert.Equal(t, "enc-2025", d[DescriptionWrappingAlias])
		assert.Equal(t, "sig-2025", d[DescriptionSigningAlias])
	})
	for _, written := range []Aliases{pair2025, upper, mixed} {
		for _, read := range []Aliases{pair2025, upper, mixed} {
			t.Run("an item of "+written.Wrapping+" opens under "+read.Wrapping, func(t *testing.T) {
				sealed := seal(t, newProvider(t, store, written))
				assert.NoError(t, unseal(t, newProvider(t, store, read), sealed))
				assert.NoError(t, unseal(t, newProvider(t, store, pair2026, WithPrevious(read)), sealed))
			})
		}
	}
	t.Run("one pair in two spellings is given twice", func(t *testing.T) {
		_, err := NewProvider(store, pair2025, WithPrevious(upper))
		requireClass(t, cmp.ErrConfig, err)
		assert.ErrorContains(t, err, "twice")
	})
	t.Run("two keys whose aliases differ in letters stay apart", func(t *testing.T) {
		put(t, dir, "SIG-2025.hmac", base64Line(randomBytes(32)))
		other := Aliases{Wrapping: "enc-2025", Signing: "SIG-2025"}
		sealed := seal(t, newProvider(t, store, other))
		assert.Equal(t, "SIG-2025", description(t, sealed)[DescriptionSigningAlias])
		requireClass(t, cmp.ErrKeyUnavailable, unseal(t, newProvider(t, store, pair2025), sealed))
		assert.NoError(t, unseal(t, newProvider(t, store, pair2025, WithPrevious(other)), sealed))
	})
}

func TestTamperedDescription(t *testing.T) {
	_, store := newDir(t)
	p := newProvider(t, store, pair2026, WithPrevious(pair2025, Aliases{Wrapping: "rsa", Signing: "ec"}))
	sealed := seal(t, p)
	set := func(wrapping, signing string) func(cmp.MaterialDescription) {
		return func(d cmp.MaterialDescription) {
			d[DescriptionWrappingAlias], d[DescriptionSigningAlias] = wrapping, signing
		}
	}
	for _, test := range []struct {
		name   string
		change func(cmp.MaterialDescription)
		want   error
	}{
		{"another listed pair does not verify", set("enc-2025", "sig-2025"), cmp.ErrSignature},
		{"a listed pair of other algorithms is refused", set("rsa", "ec"), cmp.ErrAlgorithm},
		{"a mixture of listed pairs is refused", set("enc-2025", "sig-2026"), cmp.ErrKeyUnavailable},
		{"swapped aliases are refused", set("sig-2026", "enc-2026"), cmp.ErrKeyUnavailable},
		{"a certificate of the store that is not listed is refused", set("enc-2026", "partner"), cmp.ErrKeyUnavailable},
		{"an alias in other letters is refused", set("ENC-2026", "SIG-2026"), cmp.ErrKeyUnavailable},
		{"empty aliases are refused", set("", ""), cmp.ErrKeyUnavailable},
		{"a wrapping alias alone is refused", func(d cmp.MaterialDescription) { delete(d, DescriptionSigningAlias) }, cmp.ErrDescription},
		{"a signing alias alone is refused", func(d cmp.MaterialDescription) { delete(d, DescriptionWrappingAlias) }, cmp.ErrDescription},
		{"an endless alias is cut in the error", set(strings.Repeat("é", 20_000), "sig-2026"), cmp.ErrKeyUnavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := unseal(t, p, tamper(t, sealed, test.change))
			requireClass(t, test.want, err)
			assert.Less(t, len(err.Error()), 1000)
		})
	}
	t.Run("whoever holds the key of an unlisted certificate cannot write items", func(t *testing.T) {
		keys, err := OpenPKCS12("testdata/keys.p12", []byte(password))
		require.NoError(t, err)
		java, err := OpenPKCS12("testdata/java.p12", []byte(password))
		require.NoError(t, err)
		forged := seal(t, newProvider(t, keys, Aliases{Wrapping: "enc-2026", Signing: "partner"}))
		reader := newProvider(t, java, Aliases{Wrapping: "enc-2026", Signing: "sig-2026", Algorithm: "SHA256withECDSA"})
		requireClass(t, cmp.ErrKeyUnavailable, unseal(t, reader, forged))
		renamed := tamper(t, forged, set("enc-2026", "sig-2026"))
		requireClass(t, cmp.ErrAlgorithm, unseal(t, reader, renamed))
		asRSA := tamper(t, renamed, func(d cmp.MaterialDescription) { d["amzn-ddb-map-signingAlg"] = "SHA256withECDSA" })
		requireClass(t, cmp.ErrSignature, unseal(t, reader, asRSA))
	})
}

func TestItemsWithoutAliases(t *testing.T) {
	_, store := newDir(t)
	wrapped := func(pair Aliases) cmp.Provider {
		wrapping, err := store.WrappingKey(pair.Wrapping)
		require.NoError(t, err)
		signing, err := store.SigningKey(pair.Signing, "")
		require.NoError(t, err)
		p, err := cmp.NewWrapped(cmp.WrappedKeys{Wrapping: wrapping, Signing: signing})
		require.NoError(t, err)
		return p
	}
	t.Run("open under the current pair", func(t *testing.T) {
		assert.NoError(t, unseal(t, newProvider(t, store, pair2026), seal(t, wrapped(pair2026))))
	})
	t.Run("do not open under another", func(t *testing.T) {
		requireClass(t, cmp.ErrSignature, unseal(t, newProvider(t, store, pair2026, WithPrevious(pair2025)), seal(t, wrapped(pair2025))))
	})
	t.Run("open under the pair that an option names", func(t *testing.T) {
		p := newProvider(t, store, pair2026, WithUnnamed(pair2025))
		assert.NoError(t, unseal(t, p, seal(t, wrapped(pair2025))))
		assert.NoError(t, unseal(t, p, seal(t, p)))
		requireClass(t, cmp.ErrSignature, unseal(t, p, seal(t, wrapped(pair2026))))
	})
	t.Run("can be read by other providers if they have aliases", func(t *testing.T) {
		assert.NoError(t, unseal(t, wrapped(pair2026), seal(t, newProvider(t, store, pair2026))))
	})
}

func TestHalvesOfPairs(t *testing.T) {
	dir, store := newDir(t)
	curve := newEC(t)
	put(t, dir, "rsa-public.pem", publicPEM(t, rsa2048()))
	put(t, dir, "sig.pem", privatePEM(t, curve))
	put(t, dir, "sig-public.pem", publicPEM(t, curve))

	t.Run("a writer with the public wrapping key cannot read", func(t *testing.T) {
		writer := newProvider(t, store, Aliases{Wrapping: "rsa-public", Signing: "sig"})
		sealed := seal(t, writer)
		requireClass(t, cmp.ErrKeyUnavailable, unseal(t, writer, sealed))
		// The two halves have different aliases in this one store.
		reader := newProvider(t, store, pair2026, WithPrevious(Aliases{Wrapping: "rsa-public", Signing: "sig"}), WithUnnamed(Aliases{Wrapping: "rsa", Signing: "sig-public"}))
		unnamed := tamper(t, sealed, func(d cmp.MaterialDescription) {
			delete(d, DescriptionWrappingAlias)
			delete(d, DescriptionSigningAlias)
		})
		assert.NoError(t, unseal(t, reader, unnamed))
	})
	t.Run("a reader with the public signing key cannot write", func(t *testing.T) {
		reader := newProvider(t, store, Aliases{Wrapping: "rsa", Signing: "sig-public"})
		_, err := crypto.NewEncryptor(reader).EncryptItem(t.Context(), testItem(), testContext, testActions)
		requireClass(t, cmp.ErrKeyUnavailable, err)
	})
	t.Run("a pair without a wrapping alias verifies only", func(t *testing.T) {
		sealed := seal(t, newProvider(t, store, pair2026))
		verifier := newProvider(t, store, Aliases{Signing: "sig-2026"})
		table, err := crypto.NewEncryptor(verifier).For(testContext, testActions)
		require.NoError(t, err)
		require.NoError(t, table.VerifyItem(t.Context(), sealed))
		requireClass(t, cmp.ErrKeyUnavailable, unseal(t, verifier, sealed))
		_, err = table.EncryptItem(t.Context(), testItem())
		requireClass(t, cmp.ErrKeyUnavailable, err)
	})
	t.Run("a whole pair is preferred to one that verifies only", func(t *testing.T) {
		sealed := seal(t, newProvider(t, store, pair2026))
		assert.NoError(t, unseal(t, newProvider(t, store, Aliases{Signing: "sig-2026"}, WithPrevious(pair2026)), sealed))
	})
}

func TestNewProviderRefuses(t *testing.T) {
	dir, store := newDir(t)
	put(t, dir, "weak.pem", privatePEM(t, rsa1024()))
	missing := Aliases{Wrapping: "missing", Signing: "sig-2026"}
	for _, test := range []struct {
		name    string
		current Aliases
		options []ProviderOption
		want    error
		says    string
	}{
		{"a missing wrapping alias", missing, nil, cmp.ErrKeyUnavailable, `"missing"`},
		{"a missing signing alias", Aliases{Wrapping: "enc-2026", Signing: "missing"}, nil, cmp.ErrKeyUnavailable, `"missing"`},
		{"a missing previous alias", pair2026, []ProviderOption{WithPrevious(missing)}, cmp.ErrKeyUnavailable, `"missing"`},
		{"a missing alias for unnamed items", pair2026, []ProviderOption{WithUnnamed(missing)}, cmp.ErrKeyUnavailable, `"missing"`},
		{"no signing alias", Aliases{Wrapping: "enc-2026"}, nil, cmp.ErrConfig, "no signing alias"},
		{"no signing alias for unnamed items", pair2026, []ProviderOption{WithUnnamed(Aliases{})}, cmp.ErrConfig, "no signing alias"},
		{"an HMAC key to wrap", Aliases{Wrapping: "sig-2026", Signing: "sig-2026"}, nil, cmp.ErrConfig, "does not wrap"},
		{"an AES key to sign", Aliases{Wrapping: "enc-2026", Signing: "enc-2026"}, nil, cmp.ErrConfig, "does not sign"},
		{"an EC key to wrap", Aliases{Wrapping: "ec", Signing: "sig-2026"}, nil, cmp.ErrConfig, "does not wrap"},
		{"an algorithm of another kind", Aliases{Wrapping: "enc-2026", Signing: "ec", Algorithm: "HmacSHA256"}, nil, cmp.ErrConfig, "HmacSHA256"},
		{"a weak key", Aliases{Wrapping: "weak", Signing: "sig-2026"}, nil, cmp.ErrConfig, "1024 bits"},
		{"a weak previous key where only the current one may be weak", Aliases{Wrapping: "weak", Signing: "sig-2026", Options: []cmp.KeyOption{cmp.AllowWeakKeys()}},
			[]ProviderOption{WithPrevious(Aliases{Wrapping: "weak", Signing: "sig-2025"})}, cmp.ErrConfig, "1024 bits"},
		{"a pair given twice", pair2026, []ProviderOption{WithPrevious(pair2026)}, cmp.ErrConfig, "twice"},
		{"a description that sets an alias", pair2026, []ProviderOption{WithDescription(cmp.MaterialDescription{DescriptionSigningAlias: "x"})}, cmp.ErrConfig, DescriptionSigningAlias},
		{"a description that sets the wrapped key", pair2026, []ProviderOption{WithDescription(cmp.MaterialDescription{cmp.DescriptionContentKey: "x"})}, cmp.ErrConfig, cmp.DescriptionContentKey},
		{"a nil option", pair2026, []ProviderOption{nil}, cmp.ErrConfig, "nil"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := NewProvider(store, test.current, test.options...)
			requireClass(t, test.want, err)
			assert.ErrorContains(t, err, test.says)
			assert.Nil(t, p)
		})
	}
	t.Run("no store", func(t *testing.T) {
		_, err := NewProvider(nil, pair2026)
		requireClass(t, cmp.ErrConfig, err)
	})
	t.Run("but a weak key where it is allowed is taken", func(t *testing.T) {
		p := newProvider(t, store, pair2026, WithPrevious(Aliases{Wrapping: "weak", Signing: "sig-2025", Options: []cmp.KeyOption{cmp.AllowWeakKeys()}}))
		assert.NoError(t, unseal(t, p, seal(t, p)))
	})
}
