package main

import (
	"bytes"
	stdcmp "cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/config"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

// metastoreSession is what one run of a metastore command shares.
type metastoreSession struct {
	*session

	// Flags.
	material string
	asJSON   bool
}

func metastoreCommand(shared *session) *cobra.Command {
	s := &metastoreSession{session: shared}
	group := groupCommand(&cobra.Command{
		Use:   "metastore",
		Short: "Work on the table that keeps the keys of a most_recent provider",
		Long: `Work on the table of the configuration's provider.store: DynamoDB holds the keys
of a provider of type most_recent there, encrypted, as numbered versions of named
materials. The configuration needs nothing besides provider, region and endpoints.`,
		Example: `  ddbcrypt metastore create --config users.yaml
  ddbcrypt metastore rotate --config users.yaml
  ddbcrypt metastore list --config users.yaml --verify`,
	})
	flags := group.PersistentFlags()
	flags.StringVar(&s.configFile, "config", "", "configuration `FILE` (default $"+configVariable+")")
	flags.BoolVar(&s.asJSON, "json", false, "print JSON objects, one on each line")
	group.AddCommand(s.createCommand(), s.listCommand(), s.rotateCommand(), s.replicateCommand())
	for _, cmd := range group.Commands() {
		cmd.Args = noArguments
	}
	return group
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("unexpected argument %q (see %s --help)", args[0], cmd.CommandPath())
	}
	return nil
}

func (s *metastoreSession) materialFlag(cmd *cobra.Command, usage string) {
	cmd.Flags().StringVar(&s.material, "material", "", usage)
}

// store returns the configured store.
func (s *metastoreSession) store(ctx context.Context, use config.StoreUse) (*config.MetaStore, error) {
	c, err := s.config()
	if err != nil {
		return nil, err
	}
	return c.MetaStore(ctx, use, crypto.WithLogger(s.logger))
}

// materialName returns the name of the flag, or that of the configuration.
func (s *metastoreSession) materialName(store *config.MetaStore) (string, error) {
	switch {
	case s.material != "":
		return s.material, nil
	case store.MaterialName != "":
		return store.MaterialName, nil
	}
	return "", errors.New("no material; give --material NAME or set provider.material_name in the configuration")
}

// print prints the object as JSON, or else the text, with a newline.
func (s *metastoreSession) print(text string, object any) error {
	out := []byte(text + "\n")
	if s.asJSON {
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(object); err != nil {
			return err
		}
		out = b.Bytes()
	}
	if _, err := s.stdout.Write(out); err != nil {
		return outputError(err)
	}
	return nil
}

// storeFailed returns the end of a command that failed on a store.
func storeFailed(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return errInterrupted
	}
	return &exitError{failureCode(err), err}
}

// materialVersion is a version of a material in a store.
type materialVersion struct {
	Material string `json:"material"`
	Number   int64  `json:"version"`
}

func (v materialVersion) String() string {
	return fmt.Sprintf("version %d of material %q", v.Number, v.Material)
}

// versions returns the versions of a material in the store's table, or of all. What
// is wrong with single rows it says on standard error.
func (s *session) versions(ctx context.Context, store *config.MetaStore, material string) (all []materialVersion, good bool, err error) {
	rows := metastore.List(ctx, store.Client, store.Table)
	if material != "" {
		rows = metastore.Versions(ctx, store.Client, store.Table, material)
	}
	good = true
	for v, err := range rows {
		switch {
		case err == nil:
			all = append(all, materialVersion{v.MaterialName, v.Number})
		case v.Number < 0: // this row's
			good = false
			_, _ = fmt.Fprintf(s.stderr, "ddbcrypt: %s\n", strings.TrimPrefix(reason(err), "metastore: list "))
		default:
			return nil, false, err
		}
	}
	slices.SortFunc(all, func(a, b materialVersion) int {
		return stdcmp.Or(strings.Compare(a.Material, b.Material), stdcmp.Compare(a.Number, b.Number))
	})
	return all, good, nil
}
