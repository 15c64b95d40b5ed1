package crypto_test

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// uses counts which of the earlier actions items verified under.
type uses [8]atomic.Int64

func (u *uses) add(index int) { u[index].Add(1) }

// counted returns the counts so far, and begins anew.
func (u *uses) counted() map[int]int64 {
	found := map[int]int64{}
	for i := range u {
		if n := u[i].Swap(0); n > 0 {
			found[i] = n
		}
	}
	return found
}

// askedProvider counts how often it is asked for an item.
type askedProvider struct {
	cmp.Provider
	asked atomic.Int64
	err   error // its answer, unless nil
}

func (p *askedProvider) DecryptionMaterials(ctx context.Context, r cmp.DecryptionRequest) (*cmp.DecryptionMaterials, error) {
	p.asked.Add(1)
	if p.err != nil {
		return nil, p.err
	}
	return p.Provider.DecryptionMaterials(ctx, r)
}

func history(provider cmp.Provider, current crypto.Actions, used func(int), previous ...crypto.Actions) crypto.TableEncryptor {
	return must(crypto.NewEncryptor(provider).ForHistory(orders, current, previous, used))
}

// signedOnly seals an item by a provider that has no encryption key: its description
// then has no mode.
func signedOnly(fill byte, item crypto.Item, actions crypto.Actions) crypto.Item {
	provider := must(cmp.NewStatic(cmp.StaticKeys{Signing: hmacKey("HmacSHA256", fill)}))
	return must(must(crypto.NewEncryptor(provider).For(orders, actions)).EncryptItem(context.Background(), item))
}

// actionsOf are actions of attributes by name; those of keys are added.
func actionsOf(byDefault crypto.Action, overrides map[string]crypto.Action) crypto.Actions {
	overrides = maps.Clone(overrides)
	if overrides == nil {
		overrides = map[string]crypto.Action{}
	}
	overrides["id"] = crypto.SignOnly
	return crypto.Actions{Default: byDefault, Overrides: overrides}
}

// change is an item that was sealed under earlier actions.
type change struct {
	item             crypto.Item
	earlier, current crypto.Actions
}

// changes are all the ways in which actions come to differ.
func changes() map[string]change {
	type is = map[string]crypto.Action
	item := crypto.Item{"id": str("1"), "x": str("secret"), "y": list(num("1"), strs("a", "b"))}
	all := map[string]change{
		"the default was encrypt, and is sign":           {item, actionsOf(crypto.EncryptAndSign, nil), actionsOf(crypto.SignOnly, nil)},
		"the default was sign, and is encrypt":           {item, actionsOf(crypto.SignOnly, nil), actionsOf(crypto.EncryptAndSign, nil)},
		"the default was none, and is encrypt":           {item, actionsOf(crypto.DoNothing, is{"x": crypto.EncryptAndSign}), actionsOf(crypto.EncryptAndSign, nil)},
		"the default was encrypt, and is none":           {item, actionsOf(crypto.EncryptAndSign, nil), actionsOf(crypto.DoNothing, is{"x": crypto.EncryptAndSign})},
		"an attribute was added":                         {without(item, "y"), actionsOf(crypto.DoNothing, is{"x": crypto.SignOnly}), actionsOf(crypto.EncryptAndSign, is{"x": crypto.EncryptAndSign, "y": crypto.SignOnly})},
		"an attribute was retired, and its action":       {item, actionsOf(crypto.EncryptAndSign, is{"x": crypto.SignOnly, "y": crypto.DoNothing}), actionsOf(crypto.EncryptAndSign, is{"x": crypto.SignOnly})},
		"attributes that the item lacks were retired":    {item, actionsOf(crypto.EncryptAndSign, is{"x": crypto.SignOnly, "old": crypto.SignOnly, "older": crypto.EncryptAndSign}), actionsOf(crypto.SignOnly, nil)},
		"an item whose order the two clients dispute":    {disputed(), signAll, actionsOf(crypto.EncryptAndSign, nil)},
		"a name that is not UTF-8 was not signed":        {with(item, crypto.Item{"\xff": str("1")}), actionsOf(crypto.DoNothing, is{"x": crypto.EncryptAndSign}), actionsOf(crypto.EncryptAndSign, nil)},
		"a plaintext attribute is to be encrypted":       {item, actionsOf(crypto.EncryptAndSign, is{"x": crypto.SignOnly}), actionsOf(crypto.EncryptAndSign, nil)},
		"nothing but the key was signed":                 {item, actionsOf(crypto.DoNothing, nil), actionsOf(crypto.EncryptAndSign, nil)},
		"an attribute of many actions that nobody names": {with(item, crypto.Item{"z": null()}), actionsOf(crypto.SignOnly, is{"x": crypto.EncryptAndSign}), actionsOf(crypto.EncryptAndSign, is{"x": crypto.EncryptAndSign, "y": crypto.SignOnly})},
	}
	for _, was := range []crypto.Action{crypto.EncryptAndSign, crypto.SignOnly, crypto.DoNothing} {
		for _, is := range []crypto.Action{crypto.EncryptAndSign, crypto.SignOnly, crypto.DoNothing} {
			if was != is {
				all[fmt.Sprintf("an action was %s, and is %s", was, is)] = change{item,
					actionsOf(crypto.SignOnly, map[string]crypto.Action{"x": was}), actionsOf(crypto.SignOnly, map[string]crypto.Action{"x": is})}
			}
		}
	}
	return all
}

func TestItemsOfEarlierActionsAreRead(t *testing.T) {
	ctx := t.Context()
	for _, s := range append(setups(1), remoteSetups()...) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			for name, c := range changes() {
				t.Run(name, func(t *testing.T) {
					var u uses
					table := history(s.provider, c.current, u.add, c.earlier)
					sealed := must(s.table(orders, c.earlier).EncryptItem(ctx, c.item))
					_, err := s.table(orders, c.current).DecryptItem(ctx, sealed)
					require.Error(t, err, "the change matters")
					before := deepCopyAll(sealed)

					plain, err := table.DecryptItem(ctx, sealed)
					require.NoError(t, err)
					requireEqualItems(t, c.item, plain)
					require.Equal(t, map[int]int64{0: 1}, u.counted())
					s.counts.reset()
					require.NoError(t, table.VerifyItem(ctx, sealed))
					require.Zero(t, s.counts.unwrapped.Load()+s.counts.decrypted.Load())
					require.Equal(t, map[int]int64{0: 1}, u.counted())
					require.Equal(t, before, sealed)
				})
			}
		})
	}
}

func TestItemsAreWrittenUnderTheCurrentActions(t *testing.T) {
	ctx, s := t.Context(), staticHMAC(1)
	for name, c := range changes() {
		if _, odd := c.item["\xff"]; odd {
			continue // cannot be signed
		}
		t.Run(name, func(t *testing.T) {
			var u uses
			table := history(s.provider, c.current, u.add, c.earlier)
			sealed, err := table.EncryptItem(ctx, c.item)
			require.NoError(t, err)
			plain, err := s.table(orders, c.current).DecryptItem(ctx, sealed)
			require.NoError(t, err)
			requireEqualItems(t, c.item, plain)
			plain, err = table.DecryptItem(ctx, sealed)
			require.NoError(t, err)
			requireEqualItems(t, c.item, plain)
			require.Empty(t, u.counted(), "nothing earlier was used")
			require.Equal(t, s.table(orders, c.current).ReservedAttributes(), table.ReservedAttributes())
		})
	}
}

func TestTamperedItemsOfEarlierActionsAreRefusedBeforeAnythingIsDecrypted(t *testing.T) {
	forEachTarget(t, 500, func(t *testing.T, x *target) {
		current := crypto.Actions{Overrides: map[string]crypto.Action{"id": crypto.SignOnly, "new": crypto.SignOnly}}
		x.table = history(x.provider, current, nil, shapeActions(crypto.DoNothing), x.actions)
		x.requireAccepted(t, "the unchanged item", x.sealed)
		for _, name := range x.protected() {
			if name == "id" && x.kms != nil {
				continue // KMS refuses it
			}
			x.requireRefused(t, "without "+name, crypto.ErrSignature, without(x.sealed, name))
			x.requireChangeRefused(t, name+" as text", name, str("another"))
			x.requireChangeRefused(t, name+" as bytes", name, bin(make([]byte, 48)...))
		}
		x.requireRefused(t, "with another", crypto.ErrSignature, with(x.sealed, crypto.Item{"another": bin(1)}))
		x.requireRefused(t, "without a signature", crypto.ErrNotEncrypted, without(x.sealed, crypto.DefaultSignatureAttribute))
	})
}

func TestTheNewestOfTheEarlierActionsThatMatchIsUsed(t *testing.T) {
	ctx, s := t.Context(), staticHMAC(1)
	model := func(action crypto.Action) crypto.Actions {
		return actionsOf(crypto.SignOnly, map[string]crypto.Action{"x": crypto.EncryptAndSign, "absent": action})
	}
	item := crypto.Item{"id": str("1"), "x": str("secret"), "y": num("1")}
	sealed := must(s.table(orders, model(crypto.DoNothing)).EncryptItem(ctx, item))
	var u uses
	table := history(s.provider, actionsOf(crypto.EncryptAndSign, nil), u.add, actionsOf(crypto.DoNothing, nil), model(crypto.EncryptAndSign), model(crypto.SignOnly), model(crypto.DoNothing))
	plain, err := table.DecryptItem(ctx, sealed)
	require.NoError(t, err)
	require.Equal(t, item, plain)
	require.Equal(t, map[int]int64{1: 1}, u.counted())

	_, err = table.DecryptItem(ctx, with(sealed, crypto.Item{"absent": str("injected")}))
	require.NoError(t, err, "the last of them does not sign it")
	require.Equal(t, map[int]int64{3: 1}, u.counted())
}

func TestAnItemWithoutAModeIsReadUnderEarlierActionsThatEncryptNothing(t *testing.T) {
	ctx := t.Context()
	encrypted, signed := actionsOf(crypto.EncryptAndSign, nil), actionsOf(crypto.SignOnly, nil)
	for name, item := range map[string]crypto.Item{
		"with text":               {"id": str("1"), "x": str("text")},
		"with bytes":              {"id": str("1"), "x": bin(1, 2, 3)},
		"of a length of a cipher": {"id": str("1"), "x": bin(make([]byte, 48)...)},
	} {
		t.Run(name, func(t *testing.T) {
			var u uses
			s := staticHMAC(1)
			table := history(s.provider, encrypted, u.add, actionsOf(crypto.EncryptAndSign, map[string]crypto.Action{"y": crypto.SignOnly}), signed)
			plain, err := table.DecryptItem(ctx, signedOnly(1, item, signed))
			require.NoError(t, err)
			require.Equal(t, item, plain)
			require.NoError(t, table.VerifyItem(ctx, signedOnly(1, item, signed)))
			require.Equal(t, map[int]int64{1: 2}, u.counted())
			require.Zero(t, s.counts.decrypted.Load())
			_, err = table.DecryptItem(ctx, with(signedOnly(1, item, signed), crypto.Item{"x": bin(9)}))
			requireClass(t, crypto.ErrDescription, err)
		})
	}
}

// This is what SECURITY.md warns of.
func TestWhatEarlierActionsDoNotSignCanBeChangedAsLongAsTheyAreListed(t *testing.T) {
	ctx, s := t.Context(), staticHMAC(1)
	current, earlier := actionsOf(crypto.EncryptAndSign, nil), actionsOf(crypto.DoNothing, map[string]crypto.Action{"x": crypto.EncryptAndSign})
	both := history(s.provider, current, nil, earlier)
	item := crypto.Item{"id": str("1"), "x": str("secret")}
	written := must(both.EncryptItem(ctx, item))
	added := with(written, crypto.Item{"y": str("injected")})

	_, err := history(s.provider, current, nil).DecryptItem(ctx, added)
	requireClass(t, crypto.ErrSignature, err)
	plain, err := both.DecryptItem(ctx, added)
	require.NoError(t, err, "both models sign the same of an item that has only id and x")
	require.Equal(t, with(item, crypto.Item{"y": str("injected")}), plain)

	more := must(both.EncryptItem(ctx, with(item, crypto.Item{"y": str("own")})))
	_, err = both.DecryptItem(ctx, with(more, crypto.Item{"y": str("injected")}))
	requireClass(t, crypto.ErrSignature, err)
	_, err = both.DecryptItem(ctx, without(more, "y"))
	requireClass(t, crypto.ErrSignature, err)
}

func TestEarlierActionsAreCheckedAsCurrentOnes(t *testing.T) {
	good, nothing := actionsOf(crypto.EncryptAndSign, nil), actionsOf(crypto.DoNothing, nil)
	nothing.Overrides["id"] = crypto.DoNothing
	encryptor := crypto.NewEncryptor(staticHMAC(1).provider)
	for name, tc := range map[string]struct {
		current  crypto.Actions
		previous []crypto.Actions
		text     string
	}{
		"a key that is encrypted":         {good, []crypto.Actions{good, {}}, `previous actions 1: key attribute "id" cannot be encrypted`},
		"a reserved name":                 {good, []crypto.Actions{actionsOf(crypto.SignOnly, map[string]crypto.Action{crypto.DefaultSignatureAttribute: crypto.SignOnly})}, "previous actions 0: attribute"},
		"an unknown action":               {good, []crypto.Actions{{Default: 9}}, "previous actions 0: default action 9"},
		"actions that are all none":       {good, []crypto.Actions{good, good, nothing}, "previous actions 2 are none"},
		"current ones that are all none":  {nothing, []crypto.Actions{good}, "the current actions are none"},
		"current ones that are not right": {crypto.Actions{}, []crypto.Actions{good}, `crypto: key attribute "id" cannot be encrypted`},
	} {
		t.Run(name, func(t *testing.T) {
			table, err := encryptor.ForHistory(orders, tc.current, tc.previous, nil)
			requireClass(t, crypto.ErrConfig, err)
			require.ErrorContains(t, err, tc.text)
			require.True(t, table == nil, "no nil pointer in an interface")
		})
	}
	_, err := crypto.NewEncryptor(nil).ForHistory(orders, good, []crypto.Actions{good}, nil)
	requireClass(t, crypto.ErrConfig, err)

	table, err := encryptor.ForHistory(orders, nothing, nil, nil)
	require.NoError(t, err, "without previous ones it is For")
	plain, err := table.DecryptItem(t.Context(), crypto.Item{"id": str("1")})
	require.NoError(t, err)
	require.Equal(t, crypto.Item{"id": str("1")}, plain)
}

func TestEarlierActionsMayBeChangedByTheCallerAfterwards(t *testing.T) {
	ctx, s := t.Context(), staticHMAC(1)
	earlier := actionsOf(crypto.EncryptAndSign, map[string]crypto.Action{"x": crypto.SignOnly})
	item := crypto.Item{"id": str("1"), "x": str("1"), "y": str("2")}
	sealed := must(s.table(orders, earlier).EncryptItem(ctx, item))
	list := []crypto.Actions{earlier}
	table := must(crypto.NewEncryptor(s.provider).ForHistory(orders, actionsOf(crypto.SignOnly, nil), list, nil))
	earlier.Overrides["x"], list[0] = crypto.DoNothing, crypto.Actions{}
	plain, err := table.DecryptItem(ctx, sealed)
	require.NoError(t, err)
	require.Equal(t, item, plain)
}

func TestDiagnosisKnowsEarlierActions(t *testing.T) {
	ctx, s := t.Context(), staticHMAC(1)
	current, earlier := actionsOf(crypto.EncryptAndSign, nil), actionsOf(crypto.SignOnly, nil)
	item := crypto.Item{"id": str("1"), "x": str("1"), "y": str("2")}
	table := history(s.provider, current, nil, earlier)
	diagnose := func(table crypto.TableEncryptor, item crypto.Item) *crypto.Diagnosis {
		return must(table.(crypto.Diagnoser).Diagnose(ctx, item, crypto.Candidates{}))
	}
	require.Equal(t, "the item verifies", diagnose(table, must(s.table(orders, earlier).EncryptItem(ctx, item))).String())
	added := with(must(table.EncryptItem(ctx, item)), crypto.Item{"z": str("injected")})
	require.Equal(t, diagnose(s.table(orders, current), added), diagnose(table, added))
	require.Contains(t, diagnose(table, added).String(), `attribute "z" is not covered by the signature`)
}

func TestItemsOfAllActionsAreReadAtOnce(t *testing.T) {
	ctx, s := t.Context(), wrappedAES(1)
	list := []crypto.Actions{
		actionsOf(crypto.EncryptAndSign, nil), actionsOf(crypto.SignOnly, nil), actionsOf(crypto.DoNothing, map[string]crypto.Action{"x": crypto.EncryptAndSign}),
		actionsOf(crypto.EncryptAndSign, map[string]crypto.Action{"y": crypto.SignOnly}),
	}
	var u uses
	table := history(s.provider, list[0], u.add, list[1:]...)
	const rounds = 25
	var workers sync.WaitGroup
	for i, actions := range list {
		item := crypto.Item{"id": str(fmt.Sprint(i)), "x": str("secret"), "y": num(fmt.Sprint(i))}
		sealed := must(s.table(orders, actions).EncryptItem(ctx, item))
		changed := with(sealed, crypto.Item{"x": bin(1, 2, 3)})
		for range 2 {
			workers.Go(func() {
				for range rounds {
					plain, err := table.DecryptItem(ctx, sealed)
					if err != nil || !equal(mapping(item), mapping(plain)) {
						t.Errorf("item %d: %v", i, err)
					}
					if _, err := table.DecryptItem(ctx, changed); err == nil {
						t.Errorf("item %d: a changed one was accepted", i)
					}
				}
			})
		}
	}
	workers.Wait()
	require.Equal(t, map[int]int64{0: 2 * rounds, 1: 2 * rounds, 2: 2 * rounds}, u.counted())
}
