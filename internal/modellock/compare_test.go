package modellock_test

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/modellock"
)

var update = flag.Bool("update", false, "write the golden files")

func TestCompareFindsChanges(t *testing.T) {
	cases := refusals()
	maps.Copy(cases, safeChanges())
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var got []found
			for _, change := range modellock.Compare("User", c.was, c.is) {
				require.Equal(t, "User", change.Type)
				got = append(got, found{change.Kind, change.Attribute, change.Old, change.New, change.Refused})
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestCompareIsRightAboutStoredItems(t *testing.T) {
	cases := refusals()
	maps.Copy(cases, safeChanges())
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := reads(c.was, c.is, item(c.was))
			if c.err == nil {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, c.err)
			}
			refused := false
			for _, change := range modellock.Compare("User", c.was, c.is) {
				refused = refused || change.Refused
				if change.Refused && c.err != nil {
					require.Contains(t, change.Consequence, "stored items")
					require.Contains(t, change.Consequence, "become unreadable (crypto."+map[error]string{
						crypto.ErrSignature: "ErrSignature", crypto.ErrNotEncrypted: "ErrNotEncrypted"}[c.err])
				}
			}
			require.False(t, !refused && err != nil, "a change that loses items is not refused")
		})
	}
}

func TestWaysOnKeepStoredItemsReadable(t *testing.T) {
	for name, c := range refusals() {
		if c.err != crypto.ErrSignature || c.was.SignedAs != c.is.SignedAs || c.was.Table != c.is.Table {
			continue
		}
		t.Run(name+", with the history", func(t *testing.T) {
			f := modellock.File{}
			must(f.Update("User", c.was, ""))
			must(f.Update("User", c.is, "reason"))
			require.NoError(t, reads(c.was, c.is, item(c.was), f.Types["User"].PreviousActions()...))
		})
		t.Run(name+", with retired=", func(t *testing.T) {
			kept := c.is
			kept.Attributes = maps.Clone(c.is.Attributes)
			for _, change := range modellock.Compare("User", c.was, c.is) {
				if change.Kind == modellock.AttributeRemoved && change.Refused {
					action := c.was.Attributes[change.Attribute].Action
					require.Contains(t, change.Ways[0], "retired="+change.Attribute+":"+action.String()+" on the blank field")
					retire(change.Attribute, action)(&kept)
				}
			}
			if len(kept.Attributes) > len(c.is.Attributes) {
				require.NoError(t, reads(c.was, kept, item(c.was)))
			}
		})
	}
	t.Run("signedas= with the earlier name", func(t *testing.T) {
		require.NoError(t, reads(changed(), changed(tables("people", "users")), item(changed())))
	})
}

func TestConsequencesSayWhatIsExposed(t *testing.T) {
	for _, was := range []crypto.Action{encrypt, sign, none} {
		for _, is := range []crypto.Action{encrypt, sign, none} {
			if was == is {
				continue
			}
			t.Run(was.String()+" becomes "+is.String(), func(t *testing.T) {
				state := changed(set("email", is))
				change := modellock.Compare("User", changed(set("email", was)), state)[0]
				stored := must(sealing(state).EncryptItem(t.Context(), item(state)))
				_, plain := stored["email"].(*types.AttributeValueMemberS)
				require.Equal(t, was == encrypt && plain, strings.Contains(change.Consequence, "saved from now on has it in the clear"))
				stored["email"] = &types.AttributeValueMemberS{Value: "forged"}
				open := sealing(state).VerifyItem(t.Context(), stored) == nil
				require.Equal(t, open, strings.Contains(change.Consequence, "anybody who can write to the table can change it unnoticed"))
				require.Equal(t, is > was, strings.Contains(change.Consequence, "exposed"), "weaker is exposed")
			})
		}
	}
}

func TestNotesOnNewAttributesAreRightAboutThoseFromElsewhere(t *testing.T) {
	for name, c := range safeChanges() {
		if len(c.want) != 1 || c.want[0].attribute != "phone" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			elsewhere := item(c.is)
			note := modellock.Compare("User", c.was, c.is)[0].Consequence
			if err := reads(c.was, c.is, elsewhere); err != nil {
				require.ErrorIs(t, err, crypto.ErrSignature)
				require.ErrorIs(t, reads(c.is, c.was, elsewhere), crypto.ErrSignature, "so phases are needed")
				require.Contains(t, note, "two phases")
				require.Contains(t, note, "stored items that have such an attribute from elsewhere, as "+strings.Fields(c.want[0].old)[0]+", become unreadable")
			} else {
				require.NoError(t, reads(c.is, c.was, elsewhere))
				require.Contains(t, note, "safe: programs from before agree on the action")
			}
		})
	}
}

func TestItemsComeBackAsCiphertextWhereNothingIsProtectedAnyMore(t *testing.T) {
	was, is := stateOf[sealedUsers](), stateOf[plainUsers]()
	require.Contains(t, modellock.Compare("User", was, is)[0].Consequence, "stored items come back with ciphertext")
	stored := must(sealing(was).EncryptItem(t.Context(), item(was)))
	require.IsType(t, &types.AttributeValueMemberB{}, stored["email"])
	read, err := sealing(is).DecryptItem(t.Context(), stored)
	require.NoError(t, err)
	require.Equal(t, stored, read)
}

func TestRefusalsSayWhatChangedAndHowToGoOn(t *testing.T) {
	for name, c := range refusals() {
		t.Run(name, func(t *testing.T) {
			for _, change := range modellock.Compare("User", c.was, c.is) {
				require.Contains(t, change.Text, change.Attribute)
				if !change.Refused {
					continue
				}
				require.NotEmpty(t, change.Consequence)
				require.Greater(t, len(change.Ways), 1)
				require.Contains(t, strings.Join(change.Ways, "\n"), `ddbcryptgen -accept "reason"`)
				for _, word := range []string{change.Old, change.New} {
					require.Contains(t, change.Text, word)
				}
				for _, line := range append(change.Ways, change.Text, change.Consequence) {
					require.NotContains(t, line, "\n")
				}
				require.Equal(t, "User: "+change.Text+"\n  "+change.Consequence+"\n  - "+strings.Join(change.Ways, "\n  - "), change.Message())
			}
		})
	}
}

func TestNamesThatCouldBeMisreadAreQuoted(t *testing.T) {
	odd := "a\nUser: b"
	is := changed(remove("email"), set("e mail", encrypt), tables("\x1b", ""))
	for _, change := range slices.Concat(modellock.Compare("User", changed(set(odd, sign)), is), modellock.Compare("User", is, changed(set(odd, sign)))) {
		for _, line := range append(change.Ways, change.Text, change.Consequence) {
			require.NotContains(t, line, odd)
			require.NotContains(t, line, "\x1b")
			require.Equal(t, strings.Contains(line, "e mail"), strings.Contains(line, `e mail"`) || strings.Contains(line, `"retired=e mail:encrypt"`), line)
		}
	}
}

func TestMessages(t *testing.T) {
	var b strings.Builder
	for _, cases := range []map[string]compareCase{refusals(), safeChanges()} {
		for _, name := range slices.Sorted(maps.Keys(cases)) {
			b.WriteString("# " + name + "\n")
			for _, change := range modellock.Compare("User", cases[name].was, cases[name].is) {
				b.WriteString(change.Message() + "\n")
			}
			b.WriteString("\n")
		}
	}
	requireGolden(t, "messages.txt", b.String())
}

func requireGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}
