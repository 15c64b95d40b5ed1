package modellock_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/modellock"
)

// recorded is a file that has users as User.
func recorded() *modellock.File {
	f := &modellock.File{Version: 1}
	must(f.Update("User", changed(), ""))
	return f
}

func TestUpdateRecordsANewType(t *testing.T) {
	var f modellock.File
	changes, err := f.Update("User", changed(), "")
	require.NoError(t, err)
	require.Equal(t, "User: the type is added", changes[0].Message())
	require.Equal(t, modellock.TypeAdded, changes[0].Kind)
	require.Equal(t, map[string]modellock.Type{"User": {State: changed()}}, f.Types)
	changes, err = f.Update("User", changed(), "")
	require.NoError(t, err)
	require.Empty(t, changes)
}

func TestUpdateTakesInSafeChanges(t *testing.T) {
	for name, c := range safeChanges() {
		for _, reason := range []string{"", "it needs none"} {
			t.Run(name+", "+reason, func(t *testing.T) {
				var f modellock.File
				must(f.Update("User", c.was, ""))
				changes, err := f.Update("User", c.is, reason)
				require.NoError(t, err)
				require.Len(t, changes, len(c.want))
				require.Equal(t, modellock.Type{State: c.is}, f.Types["User"])
			})
		}
	}
}

func TestUpdateRefusesOthersWithoutAReason(t *testing.T) {
	for name, c := range refusals() {
		t.Run(name, func(t *testing.T) {
			var f modellock.File
			must(f.Update("User", c.was, ""))
			before := must(f.Encode())
			changes, err := f.Update("User", c.is, "")
			require.Len(t, changes, len(c.want), "safe ones too")
			var refused *modellock.RefusedError
			require.True(t, errors.As(err, &refused))
			require.NotEmpty(t, refused.Changes)
			for _, change := range refused.Changes {
				require.True(t, change.Refused)
				require.Contains(t, err.Error(), change.Message())
			}
			require.Equal(t, string(before), string(must(f.Encode())))
		})
	}
}

func TestUpdateRecordsWhatWasBeforeAnAcceptedChange(t *testing.T) {
	for name, c := range refusals() {
		t.Run(name, func(t *testing.T) {
			var f modellock.File
			must(f.Update("User", c.was, ""))
			changes, err := f.Update("User", c.is, "the table is empty")
			require.NoError(t, err)
			var texts []string
			for _, change := range changes {
				texts = append(texts, change.Text)
			}
			require.Equal(t, modellock.Type{State: c.is, History: []modellock.Earlier{
				{Reason: "the table is empty", Changes: texts, State: c.was}}}, f.Types["User"])
		})
	}
}

func TestTheHistoryBeginsWithTheNewest(t *testing.T) {
	f := recorded()
	must(f.Update("User", changed(set("email", sign)), "first"))
	must(f.Update("User", changed(set("email", none)), "second"))
	_, err := f.Update("User", changed(), "")
	require.ErrorContains(t, err, `attribute email had the action none, and has encrypt`, "going back is a change, too")
	must(f.Update("User", changed(), "third"))
	var reasons []string
	for _, e := range f.Types["User"].History {
		reasons = append(reasons, e.Reason)
	}
	require.Equal(t, []string{"third", "second", "first"}, reasons)
}

func TestReasonsAreOneLineOfText(t *testing.T) {
	for reason, want := range map[string]string{
		" ": "blank", "\t": "blank", "a\nb": "not one line", "a\rb": "not one line", "a\x00": "not one line", "a\xff": "not one line",
		strings.Repeat("é", 201): "more than 200 characters",
	} {
		f := recorded()
		_, err := f.Update("User", changed(remove("email")), reason)
		require.ErrorContains(t, err, want)
		_, err = f.Prune(func(string) bool { return false }, reason)
		require.ErrorContains(t, err, want)
		require.Equal(t, recorded(), f)
	}
	f := recorded()
	must(f.Update("User", changed(remove("email")), strings.Repeat("é", 200)))
	require.Len(t, f.Types["User"].History, 1)
}

func TestUpdateKeepsNothingOfItsArguments(t *testing.T) {
	s := changed()
	f := &modellock.File{Version: 1}
	must(f.Update("User", s, ""))
	delete(s.Attributes, "email")
	require.Equal(t, recorded(), f)
}

func TestTypesThatAreGoneAreRefused(t *testing.T) {
	f := recorded()
	must(f.Update("Order", changed(tables("orders", "")), ""))
	changes, err := f.Prune(func(name string) bool { return name == "Order" }, "")
	var refused *modellock.RefusedError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, changes, refused.Changes)
	require.Len(t, f.Types, 2)
	require.Equal(t, `the model changed in a way that stored items do not follow
User: the type is gone, but items of it may be stored
  stored items become unreadable for programs of this package: the struct that says how they were sealed is gone
  - keep the struct until no item of it is left
  - if the type was only renamed: rename its entry in ddbcrypt.lock.json, so that the history goes on
  - if its table is deleted, or other programs read it: ddbcryptgen -accept "reason"; ddbcrypt.lock.json keeps its actions among those removed`, err.Error())

	changes, err = f.Prune(func(string) bool { return true }, "")
	require.NoError(t, err)
	require.Empty(t, changes)
}

func TestTypesThatAreGoneAreKeptAmongThoseRemoved(t *testing.T) {
	f := recorded()
	must(f.Update("User", changed(set("email", sign)), "first"))
	user := f.Types["User"]
	_, err := f.Prune(func(string) bool { return false }, "the table is deleted")
	require.NoError(t, err)
	require.Empty(t, f.Types)
	require.Equal(t, map[string]modellock.Removed{"User": {Reason: "the table is deleted", Type: user}}, f.Removed)

	_, err = f.Update("User", changed(), "")
	require.ErrorContains(t, err, `attribute email had the action sign, and has encrypt`, "it is compared with what it was")
	require.Len(t, f.Removed, 1)
	changes, err := f.Update("User", user.State, "")
	require.NoError(t, err)
	require.Empty(t, changes)
	require.Equal(t, map[string]modellock.Type{"User": user}, f.Types)
	require.Empty(t, f.Removed)
}

func TestPreviousActionsAreThoseThatItemsMayHave(t *testing.T) {
	plaintext := changed()
	for name := range plaintext.Attributes {
		set(name, none)(&plaintext)
	}
	for name, c := range map[string]struct {
		states []modellock.State // the last is the current one
		want   []modellock.State
	}{
		"there is no history":            {[]modellock.State{changed()}, nil},
		"the newest is first":            {[]modellock.State{changed(set("email", none)), changed(set("email", sign)), changed()}, []modellock.State{changed(set("email", sign)), changed(set("email", none))}},
		"equal ones are one":             {[]modellock.State{changed(set("email", sign)), changed(set("email", none)), changed(set("email", sign)), changed()}, []modellock.State{changed(set("email", sign)), changed(set("email", none))}},
		"the current is not among":       {[]modellock.State{changed(), changed(set("email", sign)), changed()}, []modellock.State{changed(set("email", sign))}},
		"another key is no other action": {[]modellock.State{changed(), changed(keys("plan", ""))}, nil},
		"stated or by the policy is the same": {[]modellock.State{changed(policy("encrypt")), changed(policy("encrypt"), remove("email", "plan")), changed(policy("encrypt"), remove("plan"))},
			[]modellock.State{changed(policy("encrypt"))}},
		"plaintext has no signature":                  {[]modellock.State{plaintext, changed()}, nil},
		"what is a key now was never encrypted here":  {[]modellock.State{changed(set("id", encrypt), keys("", "")), changed()}, nil},
		"the same for a sort key":                     {[]modellock.State{changed(), changed(set("email", sign), keys("id", "email"))}, nil},
		"another table's items are not here":          {[]modellock.State{changed(tables("people", ""), set("email", sign)), changed()}, nil},
		"a table that was not stated may be the same": {[]modellock.State{changed(tables("", ""), set("email", sign)), changed()}, []modellock.State{changed(set("email", sign))}},
		"a copy has items of the original":            {[]modellock.State{changed(set("email", sign)), changed(tables("copy", "users"))}, []modellock.State{changed(set("email", sign))}},
	} {
		t.Run(name, func(t *testing.T) {
			var f modellock.File
			for _, s := range c.states {
				must(f.Update("User", s, "reason"))
			}
			var want []crypto.Actions
			for _, s := range c.want {
				want = append(want, s.Actions())
			}
			got := f.Types["User"].PreviousActions()
			if len(want) == 0 {
				require.Empty(t, got)
			} else {
				require.Equal(t, want, got)
			}
			sealing(c.states[len(c.states)-1], got...) // panics if crypto refuses them
		})
	}
}
