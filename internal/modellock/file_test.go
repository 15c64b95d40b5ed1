package modellock_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/modellock"
)

// sample has everything that a file can have.
func sample() *modellock.File {
	f := &modellock.File{Version: 1}
	all := func(string) bool { return true }
	must(f.Update("User", changed(), ""))
	must(f.Update("User", changed(set("email", sign), set("<ü\"&>", none)), "clients filter by e-mail"))
	must(f.Update("User", changed(set("email", sign), tables("people", "users"), policy("encrypt")), "see <issue 12> & \"more\""))
	must(f.Update("Order", stateOf[sealedUsers](), ""))
	must(f.Update("Gone", changed(keys("id", "plan")), ""))
	must(f.Prune(all, ""))
	must(f.Prune(func(name string) bool { return name != "Gone" }, "its table was deleted"))
	return f
}

func TestTheFileIsMadeForReading(t *testing.T) {
	requireGolden(t, "sample.json", string(must(sample().Encode())))
}

func TestAnEmptyFile(t *testing.T) {
	text := string(must(new(modellock.File).Encode()))
	require.Equal(t, "{\n  \"version\": 1\n}\n", text)
	require.Equal(t, &modellock.File{Version: 1}, must(modellock.Parse([]byte(text))))
}

func TestNamesThatAreNotUTF8AreNotWritten(t *testing.T) {
	f := &modellock.File{}
	must(f.Update("User", changed(set("a\xff", sign)), ""))
	_, err := f.Encode()
	require.ErrorContains(t, err, "ddbcrypt.lock.json: type \"User\"")
	require.ErrorContains(t, err, "invalid UTF-8")
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	check := func(f *modellock.File) {
		text := must(f.Encode())
		read, err := modellock.Parse(text)
		require.NoError(t, err, string(text))
		require.Equal(t, f, read)
		require.Equal(t, text, must(read.Encode()))
	}
	check(sample())
	for seed := range uint64(300) {
		check(random(rand.New(rand.NewPCG(seed, 0))))
	}
}

// random is a file that came about by many updates.
func random(r *rand.Rand) *modellock.File {
	f := &modellock.File{Version: 1}
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	for range 1 + r.IntN(12) {
		s := modellock.State{
			Table: pick("", "a", "b"), SignedAs: pick("", "a"), Unknown: pick("ignore", "sign", "encrypt"),
			Attributes: map[string]modellock.Attribute{},
		}
		for range r.IntN(6) {
			s.Attributes[fmt.Sprint("a", r.IntN(9), pick("", " ", "\u2028", "\"\\", "~/"))] = modellock.Attribute{
				Action: crypto.Action(r.IntN(3)), Version: r.IntN(2) == 0, Index: r.IntN(2) == 0, TTL: r.IntN(2) == 0, Retired: r.IntN(2) == 0,
			}
		}
		must(f.Update(pick("A", "B", "C"), s, pick("why not", "<because>")))
		if r.IntN(5) == 0 {
			must(f.Prune(func(name string) bool { return name != "B" }, "it went"))
		}
	}
	if len(f.Types) == 0 {
		f.Types = nil // what is not written
	}
	if len(f.Removed) == 0 {
		f.Removed = nil
	}
	return f
}

func TestReadOfNoFileIsEmpty(t *testing.T) {
	f, err := modellock.Read(filepath.Join(t.TempDir(), modellock.FileName))
	require.NoError(t, err)
	require.Equal(t, &modellock.File{Version: 1}, f)
}

func TestReadNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), modellock.FileName)
	require.NoError(t, os.WriteFile(path, must(sample().Encode()), 0o600))
	require.Equal(t, sample(), must(modellock.Read(path)))
	require.NoError(t, os.WriteFile(path, []byte("{}"), 0o600))
	_, err := modellock.Read(path)
	require.ErrorContains(t, err, path+": no version")
	_, err = modellock.Read(filepath.Dir(path))
	require.ErrorContains(t, err, "cannot read the model lock")
}

func TestReadIsStrict(t *testing.T) {
	user := func(text string) string { return `{"version":1,"types":{"User":{` + text + `}}}` }
	attribute := func(text string) string { return user(`"unknown":"ignore","attributes":{"email":` + text + `}`) }
	history := func(text string) string {
		return user(`"unknown":"ignore","attributes":{},"history":[{"reason":"why","unknown":"sign","attributes":{}},{` + text + `}]`)
	}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"no JSON":                     {"", []string{"line 1", "unexpected EOF", "take the file from version control and run go generate"}},
		"half a file":                 {"{\n\"version\": 1,\n\"types\": {", []string{"line 3", "unexpected EOF"}},
		"text after the end":          {"{\"version\":1}\n{}", []string{"line 2", "take the file from version control"}},
		"a list":                      {"[]", []string{"not what is expected here: ["}},
		"null":                        {"null", []string{"no version"}},
		"no version":                  {`{"types":{}}`, []string{"no version", "take it from version control"}},
		"a negative version":          {`{"version":-1}`, []string{"no version"}},
		"a newer version":             {`{"version":2,"types":[7]}`, []string{"version 2 was written by a newer ddbcryptgen; update"}},
		"a version that is a text":    {`{"version":"1"}`, []string{"version: not what is expected here: string"}},
		"a version that is no number": {`{"version":1.5}`, []string{"version: "}},
		"an unknown field":            {`{"version":1,"more":{}}`, []string{"more: unknown object member name", "update ddbcryptgen if a newer one wrote it, or else remove it"}},
		"an unknown field of a type":  {user("\n" + `"unknown":"ignore","color":"red"`), []string{"line 2", `type "User", color: unknown object member name`}},
		"a field in other letters":    {user(`"Unknown":"ignore"`), []string{`type "User", Unknown: unknown object member name`}},
		"a type twice": {`{"version":1,"types":{"User":{"unknown":"sign"},` + "\n" + `"User":{"unknown":"sign"}}}`,
			[]string{"line 2", `type "User": duplicate object member name`, "keep one of the two"}},
		"an attribute twice":              {attribute(`"sign","email":"sign"`), []string{`type "User", attributes "email": duplicate object member name`}},
		"a type that is null":             {`{"version":1,"types":{"User":null}}`, []string{`type "User": unknown policy in "unknown" ""`}},
		"a type that is a text":           {`{"version":1,"types":{"User":"x"}}`, []string{`type "User": not what is expected here: string`}},
		"no policy":                       {user(`"table":"users"`), []string{`type "User": unknown policy in "unknown" "", use one of: ignore, sign, encrypt`}},
		"a wrong policy":                  {user(`"unknown":"sing"`), []string{`type "User": unknown policy in "unknown" "sing", did you mean "sign"?`}},
		"a wrong action":                  {attribute(`"encypt"`), []string{`type "User", attributes "email": unknown action "encypt", did you mean "encrypt"?`}},
		"no action":                       {attribute(`""`), []string{`unknown action "", use one of: encrypt, sign, none`}},
		"an attribute that is null":       {attribute(`null`), []string{`type "User", attributes "email": want a text such as "sign,index"`}},
		"an attribute that is true":       {attribute(`true`), []string{`want a text such as "sign,index"`}},
		"a wrong option":                  {attribute(`"sign,indx"`), []string{`unknown word "indx", did you mean "index"?`}},
		"an option twice":                 {attribute(`"sign,ttl,ttl"`), []string{`write "sign,ttl"`}},
		"options in another order":        {attribute(`"sign,ttl,index"`), []string{`write "sign,index,ttl"`}},
		"a trailing comma":                {attribute(`"sign,"`), []string{`unknown word ""`}},
		"an attribute without a name":     {user(`"unknown":"sign","attributes":{"":"sign"}`), []string{`type "User": an attribute has no name`}},
		"invalid UTF-8":                   {attribute("\"sign\xff\""), []string{`type "User", attributes "email": invalid UTF-8`}},
		"a key that is no attribute":      {user(`"unknown":"sign","partition_key":"id","attributes":{}`), []string{`type "User": key "id" is not among`}},
		"a key that is encrypted":         {user(`"unknown":"sign","partition_key":"id","attributes":{"id":"encrypt"}`), []string{`type "User": key "id" is not among`}},
		"a key that is retired":           {user(`"unknown":"sign","partition_key":"id","attributes":{"id":"sign,retired"}`), []string{`type "User": key "id" is not among`}},
		"only a sort key":                 {user(`"unknown":"sign","sort_key":"id","attributes":{"id":"sign"}`), []string{`type "User": sort_key without partition_key`}},
		"a history without a reason":      {history(`"unknown":"sign"`), []string{`type "User": history entry 2: the reason is blank`}},
		"a history of a wrong policy":     {history(`"reason":"why","unknown":"no"`), []string{`type "User": history entry 2: unknown policy`}},
		"a history with null":             {`{"version":1,"types":{"User":{"unknown":"sign","history":[null]}}}`, []string{"history entry 1: unknown policy"}},
		"a history with a wrong action":   {history(`"reason":"why","unknown":"sign","attributes":{"x":"no"}`), []string{`type "User", history "1" "attributes" "x": unknown action "no", use one of: encrypt, sign, none`}},
		"a removed type without a reason": {`{"version":1,"removed":{"User":{"unknown":"sign"}}}`, []string{`removed type "User": the reason is blank`}},
		"a type that is removed and not": {`{"version":1,"types":{"User":{"unknown":"sign"}},"removed":{"User":{"reason":"why","unknown":"sign"}}}`,
			[]string{`removed type "User": it is among the types and the removed ones; keep one`}},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := modellock.Parse([]byte(c.text))
			require.Nil(t, f)
			for _, want := range c.want {
				require.ErrorContains(t, err, want)
			}
		})
	}
}

func TestReadFindsMergeConflicts(t *testing.T) {
	text := string(must(sample().Encode()))
	for _, marker := range []string{"<<<<<<< ours", "=======", ">>>>>>> theirs", "||||||| base"} {
		lines := strings.SplitAfter(text, "\n")
		lines[2] = marker + "\n" + lines[2]
		_, err := modellock.Parse([]byte(strings.Join(lines, "")))
		require.ErrorContains(t, err, "line 3 has a marker of a merge conflict; resolve it")
		require.ErrorContains(t, err, "run go generate")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(must(sample().Encode()))
	for _, text := range []string{"", "{}", `{"version":1}`, `{"version":1,"types":{"A":{"unknown":"sign","attributes":{"a":"sign,ttl"},"history":[{"reason":"x","unknown":"ignore"}]}}}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := modellock.Parse(data)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		text, err := read.Encode()
		require.NoError(t, err)
		again, err := modellock.Parse(text)
		require.NoError(t, err)
		require.Equal(t, text, must(again.Encode()))
		require.Equal(t, len(read.Types), len(again.Types))
		for name, typ := range read.Types {
			require.True(t, maps.Equal(typ.Attributes, again.Types[name].Attributes))
			require.Empty(t, modellock.Compare(name, typ.State, again.Types[name].State))
			require.Equal(t, typ.PreviousActions(), again.Types[name].PreviousActions())
		}
	})
}
