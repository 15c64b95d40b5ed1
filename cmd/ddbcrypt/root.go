package main

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

func rootCommand(s *session) *cobra.Command {
	root := groupCommand(&cobra.Command{
		Use:     "ddbcrypt",
		Version: version(),
		Short:   "Client-side encryption for Amazon DynamoDB",
		Long: `ddbcrypt works on items in the format of the Amazon DynamoDB Encryption Client,
and on the tables that keep keys for them.

Exit codes: 0 done; 1 some items or versions failed; 2 usage or configuration;
3 a service gave no answer, or refused the credentials.`,
		Example: `  ddbcrypt item encrypt --config users.yaml plain.jsonl > encrypted.jsonl
  ddbcrypt item verify --config users.yaml encrypted.jsonl
  ddbcrypt item inspect encrypted.jsonl
  ddbcrypt metastore rotate --config users.yaml`,
	})
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w (see %s --help)", err, cmd.CommandPath())
	})
	root.SetHelpCommand(&cobra.Command{
		Use:   "help [COMMAND…]",
		Short: "Show the help of a command",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, _ := root.Find(args) // a group takes any words, so there is no error
			if len(rest) > 0 {
				return unknownCommand(cmd, rest[0])
			}
			return cmd.Help()
		},
	})
	root.AddCommand(itemCommand(s), metastoreCommand(s))
	return root
}

// groupCommand makes a command one that only holds others.
func groupCommand(group *cobra.Command) *cobra.Command {
	group.Args = cobra.ArbitraryArgs
	group.SuggestionsMinimumDistance = 2
	group.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return unknownCommand(cmd, args[0])
		}
		return fmt.Errorf("which command? one of: %s (see %s --help)", strings.Join(names(cmd), ", "), cmd.CommandPath())
	}
	return group
}

func unknownCommand(cmd *cobra.Command, word string) error {
	text := fmt.Sprintf("unknown command %q for %s", word, cmd.CommandPath())
	if suggestions := cmd.SuggestionsFor(word); len(suggestions) > 0 {
		return fmt.Errorf("%s; did you mean %q?", text, suggestions[0])
	}
	if !cmd.HasAvailableSubCommands() {
		return errors.New(text)
	}
	return errors.New(text + "; use one of: " + strings.Join(names(cmd), ", "))
}

func names(group *cobra.Command) []string {
	var names []string
	for _, cmd := range group.Commands() {
		if cmd.IsAvailableCommand() {
			names = append(names, cmd.Name())
		}
	}
	return names
}

// version returns the module's version, as the go command built it in.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(unknown)"
}
