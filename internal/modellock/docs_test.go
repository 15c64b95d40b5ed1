package modellock_test

import (
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/modellock"
)

// page is docs/model-lock.md.
func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/model-lock.md")
	require.NoError(t, err)
	return string(text)
}

// changesOf returns the changes that the page's tables name.
func changesOf(t *testing.T, name string) []modellock.Change {
	t.Helper()
	file := modellock.File{Types: map[string]modellock.Type{"User": {State: changed()}}}
	switch name {
	case "a type leaves the package":
		changes, err := file.Prune(func(string) bool { return false }, "")
		require.Error(t, err)
		return changes
	case "a type joins the package":
		return must(file.Update("Order", changed(), ""))
	}
	c, ok := refusals()[name]
	if !ok {
		c, ok = safeChanges()[name]
	}
	require.True(t, ok, "no case has the name %q", name)
	return modellock.Compare("User", c.was, c.is)
}

// What the tables say of a change, part by part, is in its messages.
func TestTheTablesOfThePageSayWhatHappens(t *testing.T) {
	kinds := map[modellock.Kind]bool{}
	for _, table := range tablesOf(page(t)) {
		refusing := len(table[0]) == 3 // the column of ways
		for i, row := range table {
			changes := changesOf(t, row[0])
			require.NotEmpty(t, changes, row[0])
			var consequences, ways string
			refused := false
			for _, c := range changes {
				kinds[c.Kind] = true
				refused = refused || c.Refused
				if c.Refused == refusing {
					consequences += c.Consequence + "\n"
					ways += strings.Join(c.Ways, "\n") + "\n"
				}
			}
			require.Equal(t, refusing, refused, row[0])
			requireParts(t, consequences, table, i, 1)
			if refusing {
				requireParts(t, ways, table, i, 2)
			}
		}
	}
	for _, c := range append(allChanges(), modellock.Change{Kind: modellock.TypeAdded}, modellock.Change{Kind: modellock.TypeRemoved}) {
		require.True(t, kinds[c.Kind], "no row of the page is about: %s", c.Kind)
	}
}

func allChanges() (all []modellock.Change) {
	for _, cases := range []map[string]compareCase{refusals(), safeChanges()} {
		for _, c := range cases {
			all = append(all, modellock.Compare("User", c.was, c.is)...)
		}
	}
	return all
}

// requireParts wants what a cell lists to be said. "the same" is the cell above.
func requireParts(t *testing.T, said string, table [][]string, row, column int) {
	t.Helper()
	above := row
	for table[above][column] == "the same" {
		above--
	}
	for part := range strings.SplitSeq(table[above][column], "; ") {
		require.Contains(t, said, strings.ReplaceAll(part, "`", ""), table[row][0])
	}
}

// tablesOf returns the rows of the tables whose first column is "change".
func tablesOf(text string) (tables [][][]string) {
	within := false
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case !strings.HasPrefix(line, "|"):
			within = false
		case cells[0] == "change":
			within = true
			tables = append(tables, nil)
		case within && !strings.HasPrefix(line, "|---"):
			tables[len(tables)-1] = append(tables[len(tables)-1], cells)
		}
	}
	return tables
}

const example = "../../examples/generated/ddbcrypt.lock.json"

func TestTheLockFileOfThePageIsThatOfTheExample(t *testing.T) {
	text, err := os.ReadFile(example)
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?ms)^```json\n(.*?)^```$").FindAllStringSubmatch(page(t), -1)
	require.NotEmpty(t, blocks)
	for _, block := range blocks {
		for part := range strings.SplitSeq(block[1], "…\n") {
			require.Contains(t, string(text), part)
		}
	}
}

// The story of the page is the accepted change of the example.
func TestTheMessagesOfThePageAreThoseOfTheStory(t *testing.T) {
	text := page(t)
	lock, err := modellock.Read(example)
	require.NoError(t, err)
	is := lock.Types["Customer"].State
	require.Len(t, lock.Types["Customer"].History, 1)
	was := lock.Types["Customer"].History[0].State

	refusing := modellock.File{Types: map[string]modellock.Type{"Customer": {State: was}}}
	_, err = refusing.Update("Customer", is, "")
	require.ErrorAs(t, err, new(*modellock.RefusedError))
	require.Contains(t, text, "```text\nddbcryptgen: "+err.Error()+"\n")

	balance, stated, phone := stateWith(was, "balance", false), stateWith(is, "phone", true), stateWith(is, "phone", false)
	balance.Attributes["credit"] = modellock.Attribute{Action: sign, Retired: true}
	for _, step := range [][2]modellock.State{{was, balance}, {is, phone}, {is, stated}, {stated, phone}} {
		var notes []string
		for _, c := range modellock.Compare("Customer", step[0], step[1]) {
			require.False(t, c.Refused)
			notes = append(notes, c.Message())
		}
		require.Contains(t, text, "```text\n"+strings.Join(notes, "\n")+"\n```")
	}
}

// stateWith returns a state with one more attribute that is encrypted.
func stateWith(s modellock.State, name string, retired bool) modellock.State {
	s.Attributes = maps.Clone(s.Attributes)
	s.Attributes[name] = modellock.Attribute{Action: encrypt, Retired: retired}
	return s
}
